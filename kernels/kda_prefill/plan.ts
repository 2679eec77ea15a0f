import type { Axes, BufferSpec, Capabilities, Pass, Plan, Scalars } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { formatVariant } from "../core/variant_id.ts";
import { matrix } from "./matrix_plan.ts";
import { params, type Setting } from "./setting.ts";
import { type KdaPrefillConfig } from "./space.ts";
import { rangesOf, recurrentWindows, scanPool, windowsOf } from "./windows.ts";
import inverseCode from "./inverse.wgsl" with { type: "text" };
import prepareCode from "./prepare.wgsl" with { type: "text" };
import recurrentCode from "./recurrent.wgsl" with { type: "text" };
import scanCode from "./scan.wgsl" with { type: "text" };

/** Tokens the recurrent form works on together; `block` in recurrent.wgsl. */
const BLOCK = 4;

/** Buffers and passes of one variant at one size; see README.md for what each pass computes. */
export function plan(axes: Axes, config: KdaPrefillConfig, device: Capabilities, scalars?: Scalars): Plan {
  const id = formatVariant("kda_prefill", config);
  const setting = { axes, config, device, scale: scalars?.scale ?? axes.K ** -0.5 };
  const { scratch, passes } = config.formulation === "chunked"
    ? chunked(id, setting)
    : config.formulation === "matrix"
    ? matrix(id, setting)
    : recurrent(id, setting);
  const { B, T, H, K, V } = axes;
  const buffers: BufferSpec[] = [
    { name: "q", dtype: config.io, length: B * T * H * K, role: "input", from: "q" },
    { name: "k", dtype: config.io, length: B * T * H * K, role: "input", from: "k" },
    { name: "v", dtype: config.io, length: B * T * H * V, role: "input", from: "v" },
    { name: "g", dtype: "f32", length: B * T * H * K, role: "input", from: "g" },
    { name: "beta", dtype: "f32", length: B * T * H, role: "input", from: "beta" },
    {
      name: "state",
      dtype: "f32",
      length: B * H * K * V,
      role: "state",
      from: "initial_state",
      to: "final_state",
    },
    { name: "o", dtype: config.io, length: B * T * H * V, role: "output", to: "o" },
    ...scratch,
  ] as BufferSpec[];
  const half = config.formulation === "matrix" || config.elem === "f16" || config.io === "f16";
  const tolerance = half ? 2e-3 : 1e-5;
  return { id, buffers, passes, tolerance };
}

function chunked(id: string, setting: Setting) {
  const { axes, config, device } = setting;
  const { B, H, K, V } = axes;
  const { chunkSize, tileV } = config;
  const windows = windowsOf(id, axes, config, device.limits);
  const chunks = B * H * Math.max(...windows.map((w) => w.count / chunkSize));
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
      params: params(setting, window, "chunks"),
      ranges: rangesOf(axes, window),
      buffers: ["q", "k", "g", "beta", "*rows", "*blocks", "*decay"],
      workgroups: [window.count / chunkSize, B * H, 1],
    }),
    definePass(device, {
      label: "scan",
      code: scan,
      unroll: config.unroll,
      features,
      params: params(setting, window, "chunks"),
      ranges: rangesOf(axes, window),
      buffers: ["rows", "blocks", "decay", "v", "*state", "*o"],
      workgroups: [V / tileV, B * H, 1],
    }),
  ]);
  const scratch = [
    { name: "rows", dtype: config.elem, length: chunks * 3 * chunkSize * K, role: "scratch" },
    { name: "blocks", dtype: config.elem, length: chunks * 2 * chunkSize * chunkSize, role: "scratch" },
    { name: "decay", dtype: "f32", length: chunks * K, role: "scratch" },
  ];
  return { scratch, passes };
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
  const passes = recurrentWindows(axes, device.limits).map((window) =>
    definePass(device, {
      label: "recurrent",
      code,
      unroll: config.unroll,
      features,
      params: params(setting, window, "last"),
      ranges: rangesOf(axes, window),
      buffers: ["q", "k", "v", "g", "beta", "*state", "*o"],
      workgroups: [axes.V / config.tileV, axes.B * axes.H, 1],
    })
  );
  return { scratch: [], passes };
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
