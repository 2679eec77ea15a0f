import type { Axes, Tensors } from "../core/family.ts";
import { Random } from "../core/random.ts";
import { regimeNamed } from "../core/regimes.ts";
import { type MlaRegime, mlaRegimes, STEER, steeringKey } from "../mla/regimes.ts";
import { poolPages, tableWidth } from "./pages.ts";
import { PAGE_ROWS, ROW_DIMS, VALUE_DIMS } from "./space.ts";

/** Elements drawn before they repeat: a cache of a million tokens is filled in seconds. */
const BLOCK = 1 << 20;

/** Unlike lengths, for inputs that are verified: S for the first, then evenly shorter, every other one ending with a page. */
function raggedLengths({ N, S }: Axes): number[] {
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

/**
 * Normal q, a cache of RMS 0.5, and indices of sequences of unlike lengths. A pool too small for all sequences shares pages. A regime steers scores
 * by the last dim, which is no part of the values.
 */
export function inputsFor(axes: Axes, seed: number, regimeName?: string): Tensors {
  const { N, H } = axes;
  const regime = regimeNamed(mlaRegimes, regimeName);
  const random = new Random(seed);
  const pages = poolPages(axes);
  const q = Float32Array.from({ length: N * H * ROW_DIMS }, () => random.normal());
  const cache = repeatedNormal(pages * PAGE_ROWS * ROW_DIMS, random);
  const indices = indicesFor(axes, seed, raggedLengths(axes));
  if (regime) steer(axes, regime, q, cache, indices);
  return {
    q: { shape: [N, H, ROW_DIMS], data: q },
    cache: { shape: [pages, PAGE_ROWS, ROW_DIMS], data: cache },
    ...indices,
  };
}

/** Values become `values` times as large and what meets them in q as much smaller, so that scores stay what they are. */
function steer(axes: Axes, regime: MlaRegime, q: Float32Array, cache: Float32Array, indices: Tensors): void {
  const { queries = 1, values = 1 } = regime;
  for (let at = 0; at < q.length; at++) q[at] *= queries / (at % ROW_DIMS < VALUE_DIMS ? values : 1);
  for (let at = ROW_DIMS - 1; at < q.length; at += ROW_DIMS) q[at] = STEER;
  for (let row = 0; row < cache.length; row += ROW_DIMS) {
    for (let dim = 0; dim < VALUE_DIMS; dim++) cache[row + dim] *= values;
  }
  indices.cache_seqlens.data.forEach((keys, n) => {
    for (let key = 0; key < keys; key++) {
      const page = indices.block_table.data[n * tableWidth(axes) + Math.floor(key / PAGE_ROWS)];
      const row = page * PAGE_ROWS + key % PAGE_ROWS;
      cache[(row + 1) * ROW_DIMS - 1] = steeringKey(regime.nats(key, keys), 192 ** -0.5);
    }
  });
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
