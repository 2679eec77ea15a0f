import type { Axes, Tensors } from "../core/family.ts";
import { PAGE_ROWS, poolPages, tableWidth } from "./pages.ts";

/** Throws RangeError for a length the block table cannot hold, and for a page in use that is outside the pool. */
export function checkPages(axes: Axes, inputs: Tensors): void {
  const width = tableWidth(axes);
  const pages = poolPages(axes);
  const lengths = inputs.cache_seqlens.data;
  const table = inputs.block_table.data;
  lengths.forEach((length: number, n: number) => {
    const most = width * PAGE_ROWS;
    if (!(Number.isInteger(length) && length >= 0 && length <= most)) {
      throw new RangeError(
        `Tensor cache_seqlens holds ${length} at element ${n}: it must be from 0 to ${most}, ` +
          `the ${width} pages of 64 tokens in a row of block_table`,
      );
    }
    for (let i = 0; i < Math.ceil(length / PAGE_ROWS); i++) {
      const page = table[n * width + i];
      if (Number.isInteger(page) && page >= 0 && page < pages) continue;
      throw new RangeError(
        `Tensor block_table holds ${page} at element [${n}, ${i}]: it must be from 0 to ${pages - 1}, ` +
          `a page of the cache`,
      );
    }
  });
}
