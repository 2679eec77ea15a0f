import type { BufferSpec, Pass } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { MATRIX_FEATURES } from "../core/matrix_unit.ts";
import { matrixUnit } from "./matrix_unit.ts";
import { params, type Setting } from "./setting.ts";
import { boundBy, chunkedWindows, mostChunks, type Window } from "./windows.ts";
import applyCode from "./matrix_apply.wgsl" with { type: "text" };
import halvesCode from "./matrix_halves.wgsl" with { type: "text" };
import inverseCode from "./matrix_inverse.wgsl" with { type: "text" };
import keepCode from "./matrix_keep.wgsl" with { type: "text" };
import layoutCode from "./matrix_layout.wgsl" with { type: "text" };
import outputCode from "./matrix_output.wgsl" with { type: "text" };
import outputsCode from "./matrix_outputs.wgsl" with { type: "text" };
import prepareCode from "./matrix_prepare.wgsl" with { type: "text" };
import scanCode from "./matrix_scan.wgsl" with { type: "text" };
import storeCode from "./matrix_store.wgsl" with { type: "text" };
import tilesCode from "./matrix_tiles.wgsl" with { type: "text" };
import substitutionCode from "./substitution.wgsl" with { type: "text" };

/** Columns of a workgroup of matrix_output.wgsl. */
const OUTPUT_COLUMNS = 64;

/** Passes and scratch of the chunked form with its products on matrix units. */
export function matrix(
  id: string,
  setting: Setting,
): { windows: Window[]; scratch: BufferSpec[]; passes: Pass[] } {
  const { axes, config, device } = setting;
  const { H, K, V } = axes;
  const { chunkSize, tileV } = config;
  const applied = config.matrixApply === "prepare";
  const apart = config.matrixOutputs === "pass";
  const rowWidth = 4 * K + (applied ? V : 0); // kg, qg, both halves of kl and U of a token
  const blockCount = applied ? 2 : 3; // M and both halves of P of a chunk
  const keptRows = apart ? K + chunkSize : 0; // S and Vn of a chunk
  const windows = chunkedWindows(id, setting, "f16", rowWidth + keptRows * V / chunkSize, blockCount);
  const chunks = mostChunks(setting, windows);
  const texts = textsOf(id, setting, { applied, apart, rowWidth, blockCount });
  const pass = (window: Window, label: keyof typeof texts, buffers: string[], x: number, z = 1): Pass =>
    definePass(device, {
      label,
      code: texts[label],
      unroll: config.unroll,
      features: MATRIX_FEATURES,
      params: params(setting, window),
      buffers: boundBy(window, buffers),
      workgroups: [x, window.stretch.sequences * H, z],
    });
  const passes = windows.flatMap((window): Pass[] => {
    const count = Math.ceil(window.count / chunkSize);
    const written = ["*rows", "*blocks", "*decay", ...(applied ? ["v"] : [])];
    const given = apart ? "*kept" : "*o";
    return [
      pass(window, "prepare", ["q", "k", "g", "beta", ...written], count),
      pass(window, "scan", ["rows", "blocks", "decay", "v", "*state", given], V / tileV),
      ...(apart ? [pass(window, "output", ["rows", "blocks", "kept", "*o"], count, V / OUTPUT_COLUMNS)] : []),
    ];
  });
  const scratch: BufferSpec[] = [
    { name: "rows", dtype: "f16", length: chunks * chunkSize * rowWidth, role: "scratch" },
    { name: "blocks", dtype: "f16", length: chunks * blockCount * chunkSize * chunkSize, role: "scratch" },
    { name: "decay", dtype: "f32", length: chunks * K, role: "scratch" },
  ];
  if (apart) scratch.push({ name: "kept", dtype: "f16", length: chunks * keptRows * V, role: "scratch" });
  return { windows, scratch, passes };
}

/** The passes' texts. */
function textsOf(
  id: string,
  { axes: { K, V }, config, device }: Setting,
  { applied, apart, rowWidth, blockCount }: {
    readonly applied: boolean;
    readonly apart: boolean;
    readonly rowWidth: number;
    readonly blockCount: number;
  },
) {
  const { chunkSize, matrixSubgroups } = config;
  const unit = matrixUnit(id, device);
  const common = { ...unit, chunkSize, keyDim: K, valueDim: V, rowWidth, Io: config.io };
  const productTiles = (apart ? 1 : 2) * chunkSize / unit.tile; // down kg S or [kg; qg] S
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
      link(
        prepareCode,
        halvesCode,
        layoutCode,
        inverseCode,
        substitutionCode,
        applied ? applyCode : storeCode,
      ),
      {
        ...common,
        levels: Math.log2(chunkSize),
        rowsPerThread: config.matrixRows,
        operandLength: chunkSize / 2 *
          Math.max(3 * (K / 4 + 2), 6 * (chunkSize / 8 + 2), applied ? 6 * (chunkSize / 4 + 2) : 0),
      },
    ),
    scan: specialize(link(scanCode, halvesCode, tilesCode, apart ? keepCode : outputsCode), {
      ...common,
      applied,
      ahead: config.matrixAhead,
      tileV: config.tileV,
      productParts,
      productRows: productTiles / productParts,
      productColumns: matrixSubgroups / productParts,
      updateParts,
      updateColumns: matrixSubgroups / updateParts,
    }),
    output: specialize(outputCode, { ...common, blockCount }),
  };
}
