import type { BufferSpec } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";

/** Bytes the splits' partial answers may take. */
export const MAX_PARTIAL_BYTES = 16 << 20;

/** What a split leaves of one head of one sequence: a share of o, its maximum and its sum. */
export interface Share {
  readonly valueDims: number;
  readonly dtype: "f32" | "f16";
}

/** Slices a sequence is cut into: as asked, or as many as it has tiles and as the scratch has room for. */
export function splitsFor(
  asked: number,
  { tiles, heads, share }: {
    readonly tiles: number;
    /** Of all sequences together. */
    readonly heads: number;
    readonly share: Share;
  },
): number {
  const bytes = share.valueDims * DTYPE_BYTES[share.dtype] + 8;
  const room = Math.floor(MAX_PARTIAL_BYTES / (heads * bytes));
  return Math.max(1, Math.min(asked, tiles, room));
}

/** The scratch between the split pass and the merge; none where there is one split. */
export function partialBuffers(splits: number, heads: number, { valueDims, dtype }: Share): BufferSpec[] {
  if (splits === 1) return [];
  return [
    { name: "partial_o", dtype, length: heads * splits * valueDims, role: "scratch" },
    { name: "partial_sums", dtype: "f32", length: heads * splits * 2, role: "scratch" },
  ];
}
