import type { Axes, BufferSpec, Capabilities, Pass, Plan, PlanOptions } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { formatVariant } from "../core/variant_id.ts";
import { matrix } from "./matrix_plan.ts";
import { params, type Setting } from "./setting.ts";
import { type KdaPrefillConfig } from "./space.ts";
import { stretchesOf, tensorBuffers } from "./stretches.ts";
import { boundBy, chunkedWindows, mostChunks, recurrentWindows, scanPool } from "./windows.ts";
import inverseCode from "./inverse.wgsl" with { type: "text" };
import prepareCode from "./prepare.wgsl" with { type: "text" };
import recurrentCode from "./recurrent.wgsl" with { type: "text" };
import scanCode from "./scan.wgsl" with { type: "text" };

/** Tokens the recurrent form works on together; `block` in recurrent.wgsl. */
const BLOCK = 4;

/** Buffers and passes of one variant at one size; see README.md for what each pass computes. */
export function plan(
  axes: Axes,
  config: KdaPrefillConfig,
  device: Capabilities,
  options: PlanOptions = {},
): Plan {
  const id = formatVariant("kda_prefill", config);
  const { scale = axes.K ** -0.5, windowTokens } = options;
  const stretches = stretchesOf(axes, config, device.limits);
  const setting: Setting = { axes, config, device, scale, stretches, windowTokens };
  const { windows, scratch, passes } = config.formulation === "chunked"
    ? chunked(id, setting)
    : config.formulation === "matrix"
    ? matrix(id, setting)
    : recurrent(id, setting);
  const buffers: BufferSpec[] = [...tensorBuffers(axes, config, stretches), ...scratch as BufferSpec[]];
  const half = config.formulation === "matrix" || config.elem === "f16" || config.io === "f16";
  const tolerance = half ? 2e-3 : 1e-5;
  const tokens = windows.map(({ stretch, first, count }) => ({ first: stretch.first + first, count }));
  return { id, buffers, passes, tolerance, windows: tokens };
}

function chunked(id: string, setting: Setting) {
  const { axes, config, device } = setting;
  const { H, K, V } = axes;
  const { chunkSize, tileV } = config;
  const windows = chunkedWindows(id, setting, config.elem as "f32" | "f16");
  const chunks = mostChunks(setting, windows);
  const types = { Elem: config.elem, Io: config.io };
  const prepare = specialize(link(prepareCode, inverseCode), {
    chunkSize,
    keyDim: K,
    threads: config.prepareThreads,
    slice: config.prepareSlice,
    ...types,
  });
  const scan = specialize(scanCode, {
    chunkSize,
    keyDim: K,
    valueDim: V,
    tileV,
    rowsPerThread: config.scanRows,
    kSplit: config.scanSplit,
    slice: config.scanSlice,
    ...scanPool(config, K),
    ...types,
  });
  const features = config.elem === "f16" || config.io === "f16" ? ["shader-f16"] : [];
  const passes = windows.flatMap((window): Pass[] => [
    definePass(device, {
      label: "prepare",
      code: prepare,
      unroll: config.unroll,
      features,
      params: params(setting, window),
      buffers: boundBy(window, ["q", "k", "g", "beta", "*rows", "*blocks", "*decay"]),
      workgroups: [Math.ceil(window.count / chunkSize), window.stretch.sequences * H, 1],
    }),
    definePass(device, {
      label: "scan",
      code: scan,
      unroll: config.unroll,
      features,
      params: params(setting, window),
      buffers: boundBy(window, ["rows", "blocks", "decay", "v", "*state", "*o"]),
      workgroups: [V / tileV, window.stretch.sequences * H, 1],
    }),
  ]);
  const scratch = [
    { name: "rows", dtype: config.elem, length: chunks * 3 * chunkSize * K, role: "scratch" },
    { name: "blocks", dtype: config.elem, length: chunks * 2 * chunkSize * chunkSize, role: "scratch" },
    { name: "decay", dtype: "f32", length: chunks * K, role: "scratch" },
  ];
  return { windows, scratch, passes };
}

function recurrent(id: string, setting: Setting) {
  const { axes, config, device } = setting;
  const parts = axes.K / config.recurrentRows;
  if (parts < BLOCK) {
    throw new RangeError(
      `Cannot run ${id}: K / recurrentRows = ${parts} threads share a column, and outputs of ${BLOCK} tokens need as many`,
    );
  }
  checkSubgroup(id, parts, device);
  const code = specialize(recurrentCode, {
    keyDim: axes.K,
    valueDim: axes.V,
    tileV: config.tileV,
    rowsPerThread: config.recurrentRows,
    columnsPerThread: config.recurrentColumns,
    batch: config.recurrentBatch,
    loaders: config.recurrentLoaders,
    team: Math.min(axes.K / 4, device.subgroupSize!.min, config.recurrentLoaders),
    Io: config.io,
    Columns: columnsType(config.recurrentColumns, "f32"),
    ColumnsIo: columnsType(config.recurrentColumns, config.io),
  });
  const features = [...(config.io === "f16" ? ["shader-f16"] : []), "subgroups"];
  const windows = recurrentWindows(id, setting);
  const passes = windows.map((window) =>
    definePass(device, {
      label: "recurrent",
      code,
      unroll: config.unroll,
      features,
      params: params(setting, window),
      buffers: boundBy(window, ["q", "k", "v", "g", "beta", "*state", "*o"]),
      workgroups: [axes.V / config.tileV, window.stretch.sequences * axes.H, 1],
    })
  );
  return { windows, scratch: [], passes };
}

function columnsType(columns: number, scalar: string): string {
  return columns === 1 ? scalar : `vec${columns}<${scalar}>`;
}

function checkSubgroup(id: string, parts: number, device: Capabilities) {
  if (!device.features.includes("subgroups") || !device.subgroupSize) {
    throw new RangeError(
      `Cannot run ${id}: the recurrent formulation needs the feature subgroups, which this device lacks`,
    );
  }
  const { min } = device.subgroupSize;
  if (parts > min || min % parts !== 0) {
    throw new RangeError(
      `Cannot run ${id}: a column is shared by K / recurrentRows = ${parts} threads, which must divide this device's smallest subgroup of ${min}`,
    );
  }
}
