import type { Capabilities, Pass } from "../core/family.ts";
import { halfMatrices, MATRIX_FEATURES, wholeSubgroup } from "../core/matrix_unit.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import writeSumCode from "../paged/write_sum.wgsl" with { type: "text" };
import halfF16 from "./half_f16.wgsl" with { type: "text" };
import halfF32 from "./half_f32.wgsl" with { type: "text" };
import matrixLayout from "./matrix_layout.wgsl" with { type: "text" };
import matrixProducts from "./matrix_products.wgsl" with { type: "text" };
import matrixSplit from "./matrix_split.wgsl" with { type: "text" };
import matrixStage from "./matrix_stage.wgsl" with { type: "text" };
import pagesCode from "./pages.wgsl" with { type: "text" };
import { type MlaDecodeConfig, ROW_DIMS, subgroups, UNIT_DIMS, VALUE_DIMS } from "./space.ts";
import bindingsCode from "./split_bindings.wgsl" with { type: "text" };
import type { SplitRequest } from "./split_request.ts";

/** Units of 16 bytes of a row in workgroup memory, padding included. */
const PADDED_UNITS = ROW_DIMS / UNIT_DIMS + 1;

/** The split pass on matrix units. Throws RangeError where the device lists no shape that cuts the config's tile. */
export function matrixPass(request: SplitRequest, config: MlaDecodeConfig, device: Capabilities): Pass {
  const { matrixHeads, matrixKeys, headParts, keyParts, dimParts } = config;
  const half = config.cacheElem === "f16";
  const { M, N, K } = matrixShape(config, device);
  const subgroupSize = wholeSubgroup("Cannot plan mla_decode: formulation=matrix needs", device);
  const threads = subgroups(config) * subgroupSize;
  const wanted = matrixHeads * matrixKeys / 8;
  if (threads < wanted) {
    throw new RangeError(
      `Cannot plan mla_decode: headParts * keyParts * dimParts subgroups of ${subgroupSize} must be at least the ` +
        `${wanted} threads of matrixHeads * matrixKeys / 8, current value is ${threads}`,
    );
  }
  return definePass(device, {
    label: "split",
    code: specialize(
      link(
        matrixSplit,
        matrixLayout,
        bindingsCode,
        writeSumCode,
        matrixProducts,
        matrixStage,
        pagesCode,
        request.cacheCode,
        request.partialCode,
        half ? halfF16 : halfF32,
      ),
      {
        keysPerTile: matrixKeys,
        headsPerGroup: matrixHeads,
        headParts,
        keyParts,
        dimParts,
        subgroupSize,
        slots: slotsOf(config, { M, N }),
        matrixM: M,
        matrixN: N,
        matrixK: K,
        CacheUnit: half ? "vec4<u32>" : "array<vec4<f32>, 2>",
      },
    ),
    unroll: config.unroll,
    features: MATRIX_FEATURES,
    params: request.params,
    buffers: request.buffers,
    workgroups: [request.splits, Math.ceil(request.heads / matrixHeads), request.sequences],
  });
}

/** The largest listed shape, f16 summed in f32, that cuts heads and keys into whole matrices for every subgroup. */
function matrixShape(
  { matrixHeads, matrixKeys, headParts, keyParts }: MlaDecodeConfig,
  device: Capabilities,
) {
  const shape = halfMatrices(device).find(({ M, N, K }) =>
    matrixHeads % (headParts * M) === 0 && matrixKeys % (keyParts * N) === 0 && matrixKeys % K === 0 &&
    N >= 8 &&
    K >= 8
  );
  if (shape) return shape;
  throw new RangeError(
    `Cannot plan mla_decode: formulation=matrix needs matrices of f16 summed in f32 that cut ${
      matrixHeads / headParts
    } heads and ${matrixKeys / keyParts} keys evenly, which this device does not list`,
  );
}

/** Matrices of o a subgroup stores at a time: a power of two of its own that fits its share of the tile's memory. */
function slotsOf(config: MlaDecodeConfig, { M, N }: { M: number; N: number }): number {
  const { matrixHeads, matrixKeys } = config;
  const own = matrixHeads / M * (VALUE_DIMS / N) / subgroups(config);
  const room = Math.floor(matrixKeys * PADDED_UNITS * 4 / (M * N * subgroups(config)));
  let slots = 1;
  while (own % (2 * slots) === 0 && 2 * slots <= room) slots *= 2;
  return slots;
}
