import type { Axes, Tensors } from "../core/family.ts";
import { Random } from "../core/random.ts";
import { PAGE_ROWS, poolPages, tableWidth } from "./pages.ts";

/** Unlike lengths, for inputs that are verified: S for the first, then evenly shorter, every other one ending with a page. */
export function raggedLengths({ N, S }: Axes): number[] {
  return Array.from({ length: N }, (_, n) => {
    const tokens = Math.ceil(S * (N - n) / N);
    return n % 2 === 1 && tokens > PAGE_ROWS ? tokens - tokens % PAGE_ROWS : tokens;
  });
}

/** The block table, a shuffle of the pool's pages, and lengths: S tokens each, as a workload means it, unless given. */
export function indicesFor(axes: Axes, seed: number, lengths?: readonly number[]): Tensors {
  const { N, S } = axes;
  const random = new Random(seed ^ 0x5eed);
  const pages = Int32Array.from({ length: poolPages(axes) }, (_, i) => i);
  for (let i = pages.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [pages[i], pages[j]] = [pages[j], pages[i]];
  }
  const width = tableWidth(axes);
  return {
    block_table: {
      shape: [N, width],
      data: Int32Array.from({ length: N * width }, (_, i) => pages[i % pages.length]),
    },
    cache_seqlens: { shape: [N], data: Int32Array.from(lengths ?? Array(N).fill(S)) },
  };
}

/** Row of the pool in which a token of a sequence lies. */
export function poolRow(axes: Axes, indices: Tensors, sequence: number, token: number): number {
  const page = indices.block_table.data[sequence * tableWidth(axes) + Math.floor(token / PAGE_ROWS)];
  return page * PAGE_ROWS + token % PAGE_ROWS;
}
