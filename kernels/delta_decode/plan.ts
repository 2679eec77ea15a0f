import type { Axes, Capabilities, Pass, Plan, Scalars } from "../core/family.ts";
import { foldGrid } from "../core/grid.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { formatVariant } from "../core/variant_id.ts";
import { gatesOf } from "../kda/gates.ts";
import type { DecodeForm } from "./form.ts";
import { lanesOf } from "./lanes.ts";
import reduceBarrier from "./reduce_barrier.wgsl" with { type: "text" };
import reduceMixed from "./reduce_mixed.wgsl" with { type: "text" };
import reduceSubgroup from "./reduce_subgroup.wgsl" with { type: "text" };
import type { DeltaDecodeConfig } from "./space.ts";
import stepCode from "./step.wgsl" with { type: "text" };
import layoutCode from "./step_layout.wgsl" with { type: "text" };
import tileKv from "./tile_kv.wgsl" with { type: "text" };
import tileVk from "./tile_vk.wgsl" with { type: "text" };
import { type Window, windowsOf } from "./windows.ts";

const REDUCE: Readonly<Record<string, string>> = {
  barrier: reduceBarrier,
  mixed: reduceMixed,
  subgroup: reduceSubgroup,
};

/** One pass, or several where one binding can't hold all states; see step.wgsl. */
export function decodePlan(
  form: DecodeForm,
  axes: Axes,
  config: DeltaDecodeConfig,
  device: Capabilities,
  scalars: Scalars = {},
): Plan {
  const { N, H, K, V } = axes;
  if (V % config.tileV !== 0) {
    throw new RangeError(
      `Cannot plan ${form.family}: V must be a multiple of tileV=${config.tileV}, current value is ${V}`,
    );
  }
  const heads = N * H;
  const elem = elemOf(config);
  const gates = gatesOf(form.gates, K);
  return {
    id: formatVariant(form.family, config),
    tolerance: elem === "f32" ? 1e-5 : 2e-3,
    buffers: [
      { name: "q", dtype: "f32", length: heads * K, role: "input", from: "q" },
      { name: "k", dtype: "f32", length: heads * K, role: "input", from: "k" },
      { name: "v", dtype: "f32", length: heads * V, role: "input", from: "v" },
      { name: "g", dtype: "f32", length: heads * gates, role: "input", from: "g" },
      { name: "beta", dtype: "f32", length: heads, role: "input", from: "beta" },
      {
        name: "state",
        dtype: elem,
        length: heads * K * V,
        role: "state",
        from: "initial_state",
        to: "final_state",
        ...(config.stateLayout === "VK" && { swapped: [K, V] }),
      },
      { name: "o", dtype: "f32", length: heads * V, role: "output", to: "o" },
    ],
    passes: windowsOf(axes, gates, elem, device).map((window) =>
      stepPass(form, axes, config, device, scalars, window)
    ),
  };
}

const elemOf = (config: DeltaDecodeConfig) => config.stateElem === "f16" ? "f16" : "f32";
const vectorOf = (elem: string, width: number) => width === 1 ? elem : `vec${width}<${elem}>`;

function stepPass(
  form: DecodeForm,
  { K, V }: Axes,
  config: DeltaDecodeConfig,
  device: Capabilities,
  scalars: Scalars,
  { heads, ranges }: Window,
): Pass {
  const { tileV, rowsPerThread, columnsPerThread } = config;
  const elem = elemOf(config);
  const columnsFirst = config.stateLayout === "VK";
  const workgroups = foldGrid(V / tileV, heads, device.limits.maxComputeWorkgroupsPerDimension);
  return definePass(device, {
    label: "step",
    code: specialize(
      link(
        layoutCode,
        form.bindings,
        stepCode,
        columnsFirst ? tileVk : tileKv,
        form.operands[config.operands],
        REDUCE[config.reduce],
      ),
      {
        K,
        V,
        tileV,
        columnsPerThread,
        rowsPerThread,
        folded: workgroups[2] > 1,
        Vec: vectorOf("f32", columnsPerThread),
        StoredVec: vectorOf(elem, columnsFirst ? 4 : columnsPerThread),
        ...lanesOf(form.family, config, K, device),
      },
    ),
    unroll: config.unroll,
    features: [
      ...(elem === "f16" ? ["shader-f16"] : []),
      ...(config.reduce === "barrier" ? [] : ["subgroups"]),
    ],
    params: [
      { name: "heads", type: "u32", value: heads },
      { name: "scale", type: "f32", value: scalars.scale ?? K ** -0.5 },
    ],
    buffers: ["q", "k", "v", "g", "beta", "*state", "*o"],
    ranges,
    workgroups,
  });
}
