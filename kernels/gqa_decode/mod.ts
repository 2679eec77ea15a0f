import type { Axes, KernelFamily, Tensors, Work } from "../core/family.ts";
import { regimeDocs } from "../core/regimes.ts";
import { axesFromShapes } from "../core/tensor_checks.ts";
import { mlaRegimes } from "../mla/regimes.ts";
import { checkPages } from "../paged/check_pages.ts";
import { indicesFor } from "../paged/indices.ts";
import { PAGE_ROWS } from "../paged/pages.ts";
import { inputsFor } from "./inputs.ts";
import { kvHeads } from "./kv_heads.ts";
import { launches } from "./launch.ts";
import { plan } from "./plan.ts";
import { reference } from "./reference.ts";
import { type GqaDecodeConfig, space } from "./space.ts";

/** MHA, GQA and MQA decode: one query token for N sequences over a paged cache (FlashAttention: flash_attn_with_kvcache). */
export const gqaDecode: KernelFamily<GqaDecodeConfig> = {
  name: "gqa_decode",
  doc: "MHA and GQA, one token for N sequences over a paged cache of keys and values",
  axes: {
    N: { doc: "sequences", initial: 1, min: 1, max: 65535 },
    H: { doc: "heads", initial: 32, min: 1, max: 1024 },
    G: {
      doc: "KV heads, a divisor of H; 0 for as many as heads",
      initial: 8,
      min: 0,
      max: 1024,
      sharedBy: "H",
    },
    K: { doc: "channels of a query or key", initial: 128, min: 64, max: 192, oneOf: [64, 128, 192] },
    V: { doc: "channels of a value", initial: 128, min: 64, max: 128, oneOf: [64, 128] },
    S: { doc: "tokens the longest sequence may hold", initial: 8192, min: 1, max: 1 << 22 },
    P: { doc: "pages in the pool; 0 for as many as N * S tokens take", initial: 0, min: 0, max: 1 << 22 },
  },
  inputs: {
    q: { shape: ["N", "H", "K"], dtype: "f32", doc: "queries" },
    k_cache: { shape: ["P", PAGE_ROWS, "G", "K"], dtype: "f32", doc: "pages of keys" },
    v_cache: { shape: ["P", PAGE_ROWS, "G", "V"], dtype: "f32", doc: "pages of values" },
    block_table: { shape: ["N", "M"], dtype: "i32", doc: "page of every 64 tokens, 0..P-1 where in use" },
    cache_seqlens: { shape: ["N"], dtype: "i32", doc: "tokens of each sequence, 0..64 M" },
  },
  outputs: {
    o: { shape: ["N", "H", "V"], dtype: "f32", doc: "attended values; 0 for an empty sequence" },
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
  verifyAxes: (axes) => [
    { ...axes, N: 1, H: 8, G: 2, S: 130, P: 0 },
    { ...axes, N: 3, H: 3, G: 3, S: 200, P: 12 },
  ],
  axesOf,
  checkInputs: checkPages,
};

/** Every row in use is read once, in sequences of S tokens each. */
function work(axes: Axes, config: GqaDecodeConfig): Work {
  const { N, H, K, V } = axes;
  const tokens = axes.N * axes.S;
  const elemBytes = config.cacheElem === "f32" ? 4 : 2;
  return {
    flops: 2 * H * (K + V) * tokens,
    bytes: tokens * kvHeads(axes) * (K + V) * elemBytes + 4 * N * H * (K + V + 1),
  };
}

/** S is the block table's capacity; the others stand in the shapes. G is 0 where there are as many as heads. */
function axesOf(inputs: Tensors): Axes {
  const { N, H, G, K, V, P } = axesFromShapes(gqaDecode, inputs);
  if (H % G !== 0) {
    throw new TypeError(`Tensor k_cache has G=${G} KV heads, and q has H=${H} heads, no multiple of them`);
  }
  return { N, H, G: G === H ? 0 : G, K, V, S: inputs.block_table.shape[1] * PAGE_ROWS, P };
}
