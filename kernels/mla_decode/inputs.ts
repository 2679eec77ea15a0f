import type { Axes, Tensors } from "../core/family.ts";
import { Random } from "../core/random.ts";
import { poolPages, tableWidth } from "./pages.ts";
import { PAGE_ROWS, ROW_DIMS } from "./space.ts";

/** Elements drawn before they repeat: a cache of a million tokens is filled in seconds. */
const BLOCK = 1 << 20;

/** Tokens of each sequence: S for the first, then evenly shorter, every other one ending with a page. */
export function lengthsFor({ N, S }: Axes): number[] {
  return Array.from({ length: N }, (_, n) => {
    const tokens = Math.ceil(S * (N - n) / N);
    return n % 2 === 1 && tokens > PAGE_ROWS ? tokens - tokens % PAGE_ROWS : tokens;
  });
}

/** The block table, a shuffle of the pool's pages, and the lengths of lengthsFor(). */
export function indicesFor(axes: Axes, seed: number): Tensors {
  const { N } = axes;
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
    cache_seqlens: { shape: [N], data: Int32Array.from(lengthsFor(axes)) },
  };
}

/** Normal q, a cache of RMS 0.5, and indicesFor(). A pool too small for all sequences shares pages. */
export function inputsFor(axes: Axes, seed: number): Tensors {
  const { N, H } = axes;
  const random = new Random(seed);
  const pages = poolPages(axes);
  return {
    q: {
      shape: [N, H, ROW_DIMS],
      data: Float32Array.from({ length: N * H * ROW_DIMS }, () => random.normal()),
    },
    cache: {
      shape: [pages, PAGE_ROWS, ROW_DIMS],
      data: repeatedNormal(pages * PAGE_ROWS * ROW_DIMS, random),
    },
    ...indicesFor(axes, seed),
  };
}

function repeatedNormal(length: number, random: Random): Float32Array {
  const data = new Float32Array(length);
  const drawn = Math.min(length, BLOCK);
  for (let i = 0; i < drawn; i++) data[i] = 0.5 * random.normal();
  for (let filled = drawn; filled < length; filled *= 2) {
    data.copyWithin(filled, 0, Math.min(filled, length - filled));
  }
  return data;
}
