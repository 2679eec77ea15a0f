import type { Axes, Capabilities, Plan, Scalars } from "../core/family.ts";
import { foldGrid } from "../core/grid.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { formatVariant } from "../core/variant_id.ts";
import reduceBarrier from "./reduce_barrier.wgsl" with { type: "text" };
import reduceSubgroup from "./reduce_subgroup.wgsl" with { type: "text" };
import type { KdaDecodeConfig } from "./space.ts";
import stepCode from "./step.wgsl" with { type: "text" };

const VECTOR_TYPE: Readonly<Record<number, string>> = { 1: "f32", 2: "vec2<f32>", 4: "vec4<f32>" };

/** One pass; see step.wgsl. */
export function plan(axes: Axes, config: KdaDecodeConfig, device: Capabilities, scalars: Scalars = {}): Plan {
  const { N, H, K, V } = axes;
  const { tileV, rowsPerThread, vectorWidth } = config;
  if (V % tileV !== 0) {
    throw new RangeError(
      `Cannot plan kda_decode: V must be a multiple of tileV=${tileV}, current value is ${V}`,
    );
  }
  const rowThreads = K / rowsPerThread;
  if (config.reduce === "subgroup") refuseSubgroups(rowThreads, device);
  const code = specialize(link(stepCode, config.reduce === "subgroup" ? reduceSubgroup : reduceBarrier), {
    K,
    V,
    tileV,
    vectorWidth,
    rowsPerThread,
    Vec: VECTOR_TYPE[vectorWidth],
  });
  const heads = N * H;
  return {
    id: formatVariant("kda_decode", config),
    tolerance: 1e-5,
    buffers: [
      { name: "q", dtype: "f32", length: heads * K, role: "input", from: "q" },
      { name: "k", dtype: "f32", length: heads * K, role: "input", from: "k" },
      { name: "v", dtype: "f32", length: heads * V, role: "input", from: "v" },
      { name: "g", dtype: "f32", length: heads * K, role: "input", from: "g" },
      { name: "beta", dtype: "f32", length: heads, role: "input", from: "beta" },
      {
        name: "state",
        dtype: "f32",
        length: heads * K * V,
        role: "state",
        from: "initial_state",
        to: "final_state",
      },
      { name: "o", dtype: "f32", length: heads * V, role: "output", to: "o" },
    ],
    passes: [definePass(device, {
      label: "step",
      code,
      unroll: config.unroll,
      features: config.reduce === "subgroup" ? ["subgroups"] : [],
      params: [
        { name: "heads", type: "u32", value: heads },
        { name: "scale", type: "f32", value: scalars.scale ?? K ** -0.5 },
      ],
      buffers: ["q", "k", "v", "g", "beta", "*state", "*o"],
      workgroups: foldGrid(V / tileV, heads, device.limits.maxComputeWorkgroupsPerDimension),
    })],
  };
}

/** A subgroup must hold rows of one column group only, whatever size the driver picks. */
function refuseSubgroups(rowThreads: number, device: Capabilities) {
  const size = device.subgroupSize?.max;
  if (size === undefined) {
    throw new RangeError(
      "Cannot plan kda_decode: reduce=subgroup needs the feature subgroups, which this device lacks",
    );
  }
  if (rowThreads % size !== 0) {
    throw new RangeError(
      `Cannot plan kda_decode: reduce=subgroup needs K / rowsPerThread to be a multiple of the subgroup size ${size}, current value is ${rowThreads}`,
    );
  }
}
