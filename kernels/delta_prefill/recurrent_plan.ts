import type { BufferSpec, Pass } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { type FormulationPlan, params, type Setting } from "./setting.ts";
import { boundBy, recurrentWindows, SCRATCH_BYTES, type Window } from "./windows.ts";
import combineCode from "./combine.wgsl" with { type: "text" };
import loadersCode from "./recurrent_loaders.wgsl" with { type: "text" };
import layoutCode from "./recurrent_layout.wgsl" with { type: "text" };
import recurrentCode from "./recurrent.wgsl" with { type: "text" };

/** Tokens the recurrent form works on together; `block` in recurrent.wgsl. */
const BLOCK = 4;

/** Passes and scratch of the form that goes token after token, in all segments of a window at the same time. */
export function recurrent(id: string, setting: Setting): FormulationPlan {
  const { axes, config, device } = setting;
  checkSubgroup(id, setting);
  const windows = recurrentWindows(id, setting);
  const features = [...(config.io === "f16" ? ["shader-f16"] : []), "subgroups"];
  const texts = {
    recurrent: walkText(axes.V, setting),
    map: config.segments > 1 ? walkText(axes.V + axes.K, setting) : "",
  };
  const walk = (window: Window, label: "recurrent" | "map", stateDim: number, state: string) => {
    const segment = segmentTokens(window, setting);
    const segments = Math.ceil(window.count / segment);
    return definePass(device, {
      label,
      code: texts[label],
      unroll: config.unroll,
      features,
      params: [...params(setting, window), { name: "segment", type: "u32", value: segment }],
      buffers: boundBy(window, ["q", "k", "v", "g", "beta", state, "*o"]),
      workgroups: [stateDim / config.tileV, window.stretch.sequences * axes.H, segments],
    });
  };
  const passes = windows.flatMap((window) =>
    segmentTokens(window, setting) >= window.count ? [walk(window, "recurrent", axes.V, "*state")] : [
      walk(window, "map", axes.V + axes.K, "*maps"),
      combine(window, setting),
      walk(window, "recurrent", axes.V, "*starts"),
    ]
  );
  return { windows, scratch: segmentScratch(id, windows, setting), passes };
}

function walkText(stateDim: number, { form, axes, config, device }: Setting): string {
  const code = link(layoutCode, form.recurrentBindings, recurrentCode, form.recurrentFetch, loadersCode);
  return specialize(code, {
    keyDim: axes.K,
    valueDim: axes.V,
    stateDim,
    tileV: config.tileV,
    rowsPerThread: config.recurrentRows,
    batch: config.recurrentBatch,
    repeats: config.recurrentRepeats,
    team: Math.min(axes.K / 4, device.subgroupSize!.min),
    Io: config.io,
  });
}

/** Tokens of a window's segments, in whole batches: all of them where one segment is asked for. */
function segmentTokens({ count }: Window, { config }: Setting): number {
  const { segments, recurrentBatch } = config;
  return segments === 1 ? count : Math.ceil(count / segments / recurrentBatch) * recurrentBatch;
}

function combine(window: Window, setting: Setting): Pass {
  const { axes, config, device } = setting;
  const segments = Math.ceil(window.count / segmentTokens(window, setting));
  return definePass(device, {
    label: "combine",
    code: specialize(combineCode, { keyDim: axes.K, valueDim: axes.V }),
    unroll: config.unroll,
    params: [{ name: "segments", type: "u32", value: segments }],
    buffers: boundBy(window, ["maps", "*starts", "*state"]),
    workgroups: [axes.V / 4, window.stretch.sequences * axes.H, 1],
  });
}

/** The maps of all segments and the states they begin with. Throws RangeError where they exceed the bound on scratch. */
function segmentScratch(id: string, windows: readonly Window[], setting: Setting): BufferSpec[] {
  const { H, K, V } = setting.axes;
  const states = Math.max(
    0,
    ...windows.map((window) => {
      const segments = Math.ceil(window.count / segmentTokens(window, setting));
      return segments === 1 ? 0 : segments * window.stretch.sequences * H;
    }),
  );
  if (states === 0) return [];
  const maps = states * K * (V + K);
  const starts = states * K * V;
  if (4 * (maps + starts) > SCRATCH_BYTES) {
    throw new RangeError(
      `Cannot run ${id}: the maps of ${states} segments of heads need ${
        4 * (maps + starts)
      } bytes of scratch, more than ${SCRATCH_BYTES}`,
    );
  }
  return [
    { name: "maps", dtype: "f32", length: maps, role: "scratch" },
    { name: "starts", dtype: "f32", length: starts, role: "scratch" },
  ];
}

function checkSubgroup(id: string, { axes, config, device }: Setting) {
  const parts = axes.K / config.recurrentRows;
  if (parts < BLOCK) {
    throw new RangeError(
      `Cannot run ${id}: K / recurrentRows = ${parts} threads share a column, and outputs of ${BLOCK} tokens need as many`,
    );
  }
  if (!device.features.includes("subgroups") || !device.subgroupSize) {
    throw new RangeError(
      `Cannot run ${id}: the recurrent formulation needs the feature subgroups, which this device lacks`,
    );
  }
  const { min, max } = device.subgroupSize;
  const workers = config.tileV / 4 * parts;
  if (workers % max !== 0) {
    throw new RangeError(
      `Cannot run ${id}: its ${workers} workers do not fill subgroups of ${max}, and may share none with loaders`,
    );
  }
  if (parts > min || min % parts !== 0) {
    throw new RangeError(
      `Cannot run ${id}: a column is shared by K / recurrentRows = ${parts} threads, which must divide this device's smallest subgroup of ${min}`,
    );
  }
}
