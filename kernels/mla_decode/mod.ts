import type { Axes, KernelFamily, Tensors, Work } from "../core/family.ts";
import { regimeDocs } from "../core/regimes.ts";
import { axesFromShapes } from "../core/tensor_checks.ts";
import { mlaRegimes } from "../mla/regimes.ts";
import { checkPages } from "../paged/check_pages.ts";
import { indicesFor } from "../paged/indices.ts";
import { PAGE_ROWS } from "../paged/pages.ts";
import { inputsFor } from "./inputs.ts";
import { launches } from "./launch.ts";
import { plan } from "./plan.ts";
import { reference } from "./reference.ts";
import { type MlaDecodeConfig, ROW_DIMS, space, VALUE_DIMS } from "./space.ts";

/** Absorbed MLA decode: one query token for N sequences over a paged cache (FlashMLA: dense decode). */
export const mlaDecode: KernelFamily<MlaDecodeConfig> = {
  name: "mla_decode",
  doc: "Multi-head latent attention, absorbed, one token for N sequences over a paged cache",
  axes: {
    N: { doc: "sequences", initial: 1, min: 1, max: 65535 },
    H: { doc: "heads that share the cache", initial: 32, min: 1, max: 128 },
    S: { doc: "tokens the longest sequence may hold", initial: 8192, min: 1, max: 1 << 22 },
    P: { doc: "pages in the pool; 0 for as many as N * S tokens take", initial: 0, min: 0, max: 1 << 22 },
  },
  inputs: {
    q: { shape: ["N", "H", ROW_DIMS], dtype: "f32", doc: "absorbed queries, [latent 512 | shared 64]" },
    cache: {
      shape: ["P", PAGE_ROWS, ROW_DIMS],
      dtype: "f32",
      doc: "pages of rows, [latent 512 | shared 64]",
    },
    block_table: { shape: ["N", "M"], dtype: "i32", doc: "page of every 64 tokens, 0..P-1 where in use" },
    cache_seqlens: { shape: ["N"], dtype: "i32", doc: "tokens of each sequence, 0..64 M" },
  },
  outputs: {
    o: { shape: ["N", "H", VALUE_DIMS], dtype: "f32", doc: "attended latents; 0 for an empty sequence" },
    lse: { shape: ["N", "H"], dtype: "f32", doc: "ln sum exp of the scores; -1e30 for an empty sequence" },
  },
  space,
  plan,
  launches,
  reference,
  regimes: regimeDocs(mlaRegimes),
  inputsFor,
  indicesFor,
  work,
  verifyAxes: ({ H }) => [{ N: 1, H, S: 130, P: 0 }, { N: 3, H, S: 200, P: 12 }],
  axesOf,
  checkInputs: checkPages,
};

/** Every row in use is read once, in sequences of S tokens each. */
function work(axes: Axes, config: MlaDecodeConfig): Work {
  const { N, H } = axes;
  const tokens = axes.N * axes.S;
  return {
    ...(config.formulation === "matrix" && { unit: "matrix" }),
    flops: 2 * H * (ROW_DIMS + VALUE_DIMS) * tokens,
    bytes: tokens * ROW_DIMS * (config.cacheElem === "f32" ? 4 : 2) + 4 * N * H * (ROW_DIMS + VALUE_DIMS + 1),
  };
}

/** S is the block table's capacity; N, H and P stand in the shapes. */
function axesOf(inputs: Tensors): Axes {
  const { N, H, P } = axesFromShapes(mlaDecode, inputs);
  return { N, H, S: inputs.block_table.shape[1] * PAGE_ROWS, P };
}
