import type { Axes, Tensors } from "../core/family.ts";
import { Random } from "../core/random.ts";
import { regimeNamed } from "../core/regimes.ts";
import { type MlaRegime, mlaRegimes, STEER, steeringKey } from "../mla/regimes.ts";
import { indicesFor, poolRow, raggedLengths } from "../paged/indices.ts";
import { PAGE_ROWS, poolPages } from "../paged/pages.ts";
import { repeatedNormal } from "../paged/repeated_normal.ts";
import { ROW_DIMS, VALUE_DIMS } from "./space.ts";

/**
 * Normal q, a cache of RMS 0.5, and indices of unlike sequences. A pool too small for all sequences shares pages. A regime steers scores
 * by the last dim, which is no part of the values.
 */
export function inputsFor(axes: Axes, seed: number, regimeName?: string): Tensors {
  const { N, H } = axes;
  const regime = regimeNamed(mlaRegimes, regimeName);
  const random = new Random(seed);
  const pages = poolPages(axes);
  const q = Float32Array.from({ length: N * H * ROW_DIMS }, () => random.normal());
  const cache = repeatedNormal(pages * PAGE_ROWS * ROW_DIMS, 0.5, random);
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
      const row = poolRow(axes, indices, n, key);
      cache[(row + 1) * ROW_DIMS - 1] = steeringKey(regime.nats(key, keys), 192 ** -0.5);
    }
  });
}
