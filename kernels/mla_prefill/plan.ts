import type { Axes, Capabilities, Param, Pass, Plan, PlanOptions } from "../core/family.ts";
import { MATRIX_FEATURES } from "../core/matrix_unit.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { formatVariant } from "../core/variant_id.ts";
import fmaCode from "./fma.wgsl" with { type: "text" };
import fmaLayout from "./fma_layout.wgsl" with { type: "text" };
import ioF16 from "./io_f16.wgsl" with { type: "text" };
import ioF32 from "./io_f32.wgsl" with { type: "text" };
import layoutCode from "./layout.wgsl" with { type: "text" };
import { matrixShape } from "./matrix_shape.ts";
import matrixCode from "./matrix.wgsl" with { type: "text" };
import matrixLayout from "./matrix_layout.wgsl" with { type: "text" };
import moreRanges from "./more_ranges.wgsl" with { type: "text" };
import oneRange from "./one_range.wgsl" with { type: "text" };
import type { MlaPrefillConfig } from "./space.ts";
import { groupsOf, kvHeads, tensorBuffers } from "./pieces.ts";
import { type Window, windowsOf } from "./windows.ts";

/** One pass for each window of queries and range of keys; all share their code. */
export function plan(
  axes: Axes,
  config: MlaPrefillConfig,
  device: Capabilities,
  options: PlanOptions = {},
): Plan {
  const { H, K, V } = axes;
  const G = kvHeads(axes);
  if (H % G !== 0) {
    throw new RangeError(`Cannot plan mla_prefill: H=${H} heads must be a multiple of G=${G} KV heads`);
  }
  const groups = groupsOf(axes, config, device.limits);
  const windows = groups.flatMap((group) =>
    windowsOf(group, axes, config, device.limits, options.windowTokens)
  );
  const joins = windows.some((window) => !window.isLast);
  const join = joins ? moreRanges : oneRange;
  const { code, features } = config.formulation === "matrix"
    ? matrix(axes, config, device, join)
    : fma(axes, config, join);
  const pass = definePass(device, {
    label: "attend",
    code,
    unroll: config.unroll,
    features,
    params: [],
    buffers: ["q", "k", "v", "*o", "*lse", ...(joins ? ["*joined"] : [])],
    workgroups: [1, 1, 1],
  });
  const scale = options.scale ?? K ** -0.5;
  const blockRows = blockRowsOf(config, device);
  const buffers = tensorBuffers(axes, config, groups);
  if (joins) {
    const rows = windows.reduce((most, { queries, rows }) => Math.max(most, queries.sequences * rows), 0);
    buffers.push({ name: "joined", dtype: "f32", length: rows * H * V, role: "scratch" });
  }
  return {
    id: formatVariant("mla_prefill", config),
    buffers,
    passes: windows.map((window) => ofWindow(pass, axes, window, blockRows, scale)),
    tolerance: config.io === "f16" ? 2e-3 : 1e-5,
    windows: windows.filter((window) => window.isLast).map(({ first, rows }) => ({ first, count: rows })),
  };
}

/** What a formulation gives: the text and its needs. */
interface Kernel {
  readonly code: string;
  readonly features: readonly string[];
}

function fma(axes: Axes, config: MlaPrefillConfig, join: string): Kernel {
  const { rowLanes, keyLanes, rowsPerThread, keysPerThread } = config;
  const code = specialize(link(fmaCode, fmaLayout, layoutCode, config.io === "f16" ? ioF16 : ioF32, join), {
    keyUnits: axes.K / 4,
    valueUnits: axes.V / 4,
    rowLanes,
    keyLanes,
    rowsPerThread,
    keysPerThread,
    sliceUnits: config.dimsPerSlice / 4,
    lanesAcross: config.lanesAcross,
  });
  return { code, features: [] };
}

function matrix({ K, V }: Axes, config: MlaPrefillConfig, device: Capabilities, join: string): Kernel {
  const { rowGroups, colGroups, rowTiles, tileKeys } = config;
  const { M, N, K: depth, subgroupSize } = matrixShape(device);
  const blockRows = blockRowsOf(config, device);
  const subgroups = rowGroups * colGroups;
  const threads = subgroups * subgroupSize;
  if (threads % blockRows !== 0) {
    throw new RangeError(
      `Cannot plan mla_prefill: rowGroups=${rowGroups}, colGroups=${colGroups} and rowTiles=${rowTiles} give ` +
        `${threads} threads ${blockRows} rows, and a row needs at least one`,
    );
  }
  const keysPerLane = tileKeys * blockRows / threads;
  if (keysPerLane % 8 !== 0) {
    throw new RangeError(
      `Cannot plan mla_prefill: tileKeys=${tileKeys} gives a thread ${keysPerLane} keys, and it takes a multiple of 8`,
    );
  }
  const code = specialize(link(matrixCode, matrixLayout, layoutCode, ioF16, join), {
    keyDim: K,
    valueDim: V,
    matrixM: M,
    matrixN: N,
    matrixK: depth,
    subgroupSize,
    rowGroups,
    colGroups,
    rowTiles,
    tileKeys,
    tilesPerTurn: config.tilesPerTurn,
    valueTileLength: Math.max(tileKeys * (V / 8 + 1), subgroups * M * N / 4),
  });
  return { code, features: MATRIX_FEATURES };
}

/** Queries a workgroup takes. */
export function blockRowsOf(config: MlaPrefillConfig, device: Capabilities): number {
  return config.formulation === "matrix"
    ? config.rowGroups * config.rowTiles * matrixShape(device).M
    : config.rowLanes * config.rowsPerThread;
}

/** A pass on one window: its text is made once for all of them, and its sizes are read off that once. */
function ofWindow(pass: Pass, axes: Axes, window: Window, blockRows: number, scale: number): Pass {
  const { label, entryPoint, features, workgroupSize, workgroupBytes } = pass;
  const { queries, keyPiece } = window;
  const suffixes: Record<string, string> = { k: keyPiece.suffix, v: keyPiece.suffix, joined: "" };
  return {
    label,
    get code() {
      return pass.code;
    },
    entryPoint,
    features,
    params: params(axes, window, scale),
    buffers: pass.buffers.map(({ name, access }) => ({
      name: name + (suffixes[name] ?? queries.suffix),
      access,
    })),
    workgroups: [axes.H, Math.ceil(window.rows / blockRows), queries.sequences],
    workgroupSize,
    workgroupBytes,
  };
}

function params(axes: Axes, window: Window, scale: number): Param[] {
  const { H, C } = axes;
  const { queries, keyPiece } = window;
  const G = kvHeads(axes);
  const words = {
    heads: H,
    kvHeads: G,
    headsPerKv: H / G,
    tokens: queries.rows,
    firstToken: window.first - queries.first,
    rows: window.rows,
    keys: keyPiece.rows,
    firstKey: window.firstKey - keyPiece.first,
    rangeKeys: window.keys,
    before: window.firstKey,
    seen: C + window.first + 1,
    isFirst: window.isFirst ? 1 : 0,
    isLast: window.isLast ? 1 : 0,
  };
  return [
    ...Object.entries(words).map(([name, value]): Param => ({ name, type: "u32", value })),
    { name: "scale", type: "f32", value: scale * Math.LOG2E },
  ];
}
