import type { Axes } from "../core/family.ts";

/** KV heads: as many as heads where not given. Throws RangeError where heads can't share them evenly. */
export function kvHeads({ H, G }: Axes): number {
  if (G === 0) return H;
  if (H % G === 0) return G;
  throw new RangeError(`Cannot size gqa_decode: H=${H} heads must be a multiple of G=${G} KV heads`);
}
