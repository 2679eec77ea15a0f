import type { BufferSpec, Pass } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { MATRIX_FEATURES } from "../core/matrix_unit.ts";
import { matrixUnit } from "./matrix_unit.ts";
import { params, type Setting } from "./setting.ts";
import { boundBy, chunkedWindows, mostChunks, type Window } from "./windows.ts";
import halvesCode from "./matrix_halves.wgsl" with { type: "text" };
import inverseCode from "./matrix_inverse.wgsl" with { type: "text" };
import layoutCode from "./matrix_layout.wgsl" with { type: "text" };
import scanCode from "./matrix_scan.wgsl" with { type: "text" };
import tilesCode from "./matrix_tiles.wgsl" with { type: "text" };
import substitutionCode from "./substitution.wgsl" with { type: "text" };

/** Squares a chunk has in `blocks`: M and both halves of P. */
export const MATRIX_BLOCKS = 3;

/** Rows of K a token has in `rows`: kg, qg and both halves of kl. */
export const MATRIX_ROWS = 4;

/** Passes and scratch of the chunked form with its products on matrix units. */
export function matrix(
  id: string,
  setting: Setting,
): { windows: Window[]; scratch: BufferSpec[]; passes: Pass[] } {
  const { axes, config, device } = setting;
  const { H, K, V } = axes;
  const { chunkSize, tileV } = config;
  const rowWidth = MATRIX_ROWS * K;
  const windows = chunkedWindows(id, setting, "f16", rowWidth, MATRIX_BLOCKS);
  const chunks = mostChunks(setting, windows);
  const texts = textsOf(id, setting, rowWidth);
  const pass = (window: Window, label: keyof typeof texts, buffers: string[], x: number): Pass =>
    definePass(device, {
      label,
      code: texts[label],
      unroll: config.unroll,
      features: MATRIX_FEATURES,
      params: params(setting, window),
      buffers: boundBy(window, buffers),
      workgroups: [x, window.stretch.sequences * H, 1],
    });
  const passes = windows.flatMap((window): Pass[] => {
    const count = Math.ceil(window.count / chunkSize);
    return [
      pass(window, "prepare", ["q", "k", "g", "beta", "*rows", "*blocks", "*decay"], count),
      pass(window, "scan", ["rows", "blocks", "decay", "v", "*state", "*o"], V / tileV),
    ];
  });
  const scratch: BufferSpec[] = [
    { name: "rows", dtype: "f16", length: chunks * chunkSize * rowWidth, role: "scratch" },
    { name: "blocks", dtype: "f16", length: chunks * MATRIX_BLOCKS * chunkSize * chunkSize, role: "scratch" },
    { name: "decay", dtype: "f32", length: chunks * K, role: "scratch" },
  ];
  return { windows, scratch, passes };
}

/** The passes' texts. */
function textsOf(
  id: string,
  { form, axes, config, device }: Setting,
  rowWidth: number,
) {
  const { K, V } = axes;
  const { chunkSize, matrixSubgroups } = config;
  const unit = matrixUnit(id, device);
  const common = { ...unit, chunkSize, keyDim: K, rowWidth, Io: config.io };
  const productTiles = 2 * chunkSize / unit.tile; // down [kg; qg] S
  const productParts = Math.min(matrixSubgroups, productTiles);
  const updateTiles = K / unit.tile; // down kl^T Vn
  const updateParts = Math.min(matrixSubgroups, updateTiles);
  if (matrixSubgroups > updateTiles * config.tileV / unit.tile) {
    throw new RangeError(
      `Cannot run ${id}: ${matrixSubgroups} subgroups share the ${updateTiles} x ${
        config.tileV / unit.tile
      } tiles of kl^T Vn, at least one each`,
    );
  }
  return {
    prepare: specialize(
      link(form.matrixPrepare, halvesCode, layoutCode, inverseCode, substitutionCode),
      {
        ...common,
        rowsPerThread: config.matrixRows,
        ...form.matrixConstants(axes, config),
      },
    ),
    scan: specialize(link(scanCode, halvesCode, tilesCode), {
      ...common,
      valueDim: V,
      tileV: config.tileV,
      productParts,
      productRows: productTiles / productParts,
      productColumns: matrixSubgroups / productParts,
      updateParts,
      updateColumns: matrixSubgroups / updateParts,
    }),
  };
}
