import type { Axes, Tensors } from "../core/family.ts";
import { Random } from "../core/random.ts";
import { regimeNamed } from "../core/regimes.ts";
import { mlaRegimes, STEER, steeringKey } from "../mla/regimes.ts";
import { indicesFor, poolRow, raggedLengths } from "../paged/indices.ts";
import { PAGE_ROWS, poolPages } from "../paged/pages.ts";
import { repeatedNormal } from "../paged/repeated_normal.ts";
import { kvHeads } from "./kv_heads.ts";

/**
 * Normal q, keys and values, and indices of unlike sequences. A pool too small for all sequences shares pages. A regime steers scores by
 * the last channel of q and of the keys.
 */
export function inputsFor(axes: Axes, seed: number, regimeName?: string): Tensors {
  const { N, H, K, V } = axes;
  const G = kvHeads(axes);
  const regime = regimeNamed(mlaRegimes, regimeName);
  const random = new Random(seed);
  const rows = poolPages(axes) * PAGE_ROWS * G;
  const size = regime?.queries ?? 1;
  const q = Float32Array.from({ length: N * H * K }, () => size * random.normal());
  const keys = repeatedNormal(rows * K, 1, random);
  const values = repeatedNormal(rows * V, regime?.values ?? 1, random);
  const indices = indicesFor(axes, seed, raggedLengths(axes));
  if (regime) {
    for (let last = K - 1; last < q.length; last += K) q[last] = STEER;
    indices.cache_seqlens.data.forEach((length, n) => {
      for (let key = 0; key < length; key++) {
        const steering = steeringKey(regime.nats(key, length), K ** -0.5);
        const row = poolRow(axes, indices, n, key) * G;
        for (let head = 0; head < G; head++) keys[(row + head + 1) * K - 1] = steering;
      }
    });
  }
  const pages = poolPages(axes);
  return {
    q: { shape: [N, H, K], data: q },
    k_cache: { shape: [pages, PAGE_ROWS, G, K], data: keys },
    v_cache: { shape: [pages, PAGE_ROWS, G, V], data: values },
    ...indices,
  };
}
