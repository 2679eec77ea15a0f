import type { BufferSpec, Capabilities, Pass } from "../core/family.ts";
import { definePass, link, SUBGROUP_MATRIX } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { params, type Setting } from "./setting.ts";
import { boundBy, chunkedWindows, mostChunks, type Window } from "./windows.ts";
import applyCode from "./matrix_apply.wgsl" with { type: "text" };
import inverseCode from "./matrix_inverse.wgsl" with { type: "text" };
import prepareCode from "./matrix_prepare.wgsl" with { type: "text" };
import scanCode from "./matrix_scan.wgsl" with { type: "text" };
import storeCode from "./matrix_store.wgsl" with { type: "text" };

const FEATURES = ["shader-f16", "subgroups", SUBGROUP_MATRIX];

/** Passes and scratch of the chunked form with its products on matrix units. */
export function matrix(
  id: string,
  setting: Setting,
): { windows: Window[]; scratch: BufferSpec[]; passes: Pass[] } {
  const { axes, config, device } = setting;
  const { H, K, V } = axes;
  const { chunkSize, tileV } = config;
  const { tile, subgroupSize } = matrixUnit(id, device);
  const applied = config.matrixApply === "prepare";
  const rowWidth = 3 * K + (applied ? V : 0);
  const windows = chunkedWindows(id, setting, "f16", rowWidth);
  const chunks = mostChunks(setting, windows);
  const common = { chunkSize, keyDim: K, valueDim: V, rowWidth, tile, subgroupSize, Io: config.io };
  const prepare = specialize(link(prepareCode, inverseCode, applied ? applyCode : storeCode), {
    ...common,
    levels: Math.log2(chunkSize),
    rowsPerThread: config.matrixRows,
    operandLength: chunkSize / 2 *
      Math.max(3 * (K / 4 + 2), 6 * (chunkSize / 8 + 2), applied ? 4 * (chunkSize / 4 + 2) : 0),
  });
  const productParts = Math.min(config.matrixSubgroups, 2 * chunkSize / tile);
  const updateParts = Math.min(config.matrixSubgroups, K / tile);
  const scan = specialize(scanCode, {
    ...common,
    applied,
    ahead: config.matrixAhead,
    tileV,
    productParts,
    productColumns: config.matrixSubgroups / productParts,
    updateParts,
    updateColumns: config.matrixSubgroups / updateParts,
  });
  const passes = windows.flatMap((window): Pass[] => [
    definePass(device, {
      label: "prepare",
      code: prepare,
      unroll: config.unroll,
      features: FEATURES,
      params: params(setting, window),
      buffers: boundBy(window, [
        "q",
        "k",
        "g",
        "beta",
        "*rows",
        "*blocks",
        "*decay",
        ...(applied ? ["v"] : []),
      ]),
      workgroups: [Math.ceil(window.count / chunkSize), window.stretch.sequences * H, 1],
    }),
    definePass(device, {
      label: "scan",
      code: scan,
      unroll: config.unroll,
      features: FEATURES,
      params: params(setting, window),
      buffers: boundBy(window, ["rows", "blocks", "decay", "v", "*state", "*o"]),
      workgroups: [V / tileV, window.stretch.sequences * H, 1],
    }),
  ]);
  const scratch: BufferSpec[] = [
    { name: "rows", dtype: "f16", length: chunks * chunkSize * rowWidth, role: "scratch" },
    {
      name: "blocks",
      dtype: "f16",
      length: chunks * (applied ? 1 : 2) * chunkSize * chunkSize,
      role: "scratch",
    },
    { name: "decay", dtype: "f32", length: chunks * K, role: "scratch" },
  ];
  return { windows, scratch, passes };
}

/** The largest square product of f16 into f32 up to 16 x 16 x 16, and how many threads compute it. */
function matrixUnit(id: string, device: Capabilities): { tile: number; subgroupSize: number } {
  const missing = FEATURES.find((feature) => !device.features.includes(feature));
  if (missing) {
    throw new RangeError(
      `Cannot run ${id}: the matrix formulation needs the feature ${missing}, which this device lacks`,
    );
  }
  const { min, max } = device.subgroupSize ?? { min: 0, max: 0 };
  if (min !== max || min === 0) {
    throw new RangeError(
      `Cannot run ${id}: its work is divided among subgroups of one size, and this device has ${min} to ${max}`,
    );
  }
  const tiles = (device.subgroupMatrices ?? [])
    .filter((m) => m.componentType === "f16" && m.resultComponentType === "f32")
    .filter((m) => m.M === m.N && m.N === m.K && (m.M === 16 || m.M === 8))
    .map((m) => m.M);
  if (tiles.length === 0) {
    throw new RangeError(
      `Cannot run ${id}: it needs products of 16x16x16 or 8x8x8 from f16 into f32, which this device lacks`,
    );
  }
  return { tile: Math.max(...tiles), subgroupSize: min };
}
