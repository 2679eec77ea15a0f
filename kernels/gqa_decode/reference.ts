import type { Axes, Scalars, Tensors } from "../core/family.ts";
import { EMPTY_LSE } from "../paged/empty_lse.ts";
import { poolRow } from "../paged/indices.ts";
import { kvHeads } from "./kv_heads.ts";

/** Softmax attention over each sequence's cached rows, one head at a time, in float64. */
export function reference(axes: Axes, inputs: Tensors, scalars: Scalars = {}): Tensors {
  const { N, H, K, V } = axes;
  const G = kvHeads(axes);
  const scale = scalars.scale ?? K ** -0.5;
  const [q, k, v] = [inputs.q.data, inputs.k_cache.data, inputs.v_cache.data];
  const o = new Float64Array(N * H * V);
  const lse = new Float64Array(N * H).fill(EMPTY_LSE);
  for (let n = 0; n < N; n++) {
    const length = inputs.cache_seqlens.data[n];
    if (length === 0) continue;
    for (let head = n * H; head < (n + 1) * H; head++) {
      const kvHead = Math.floor((head - n * H) / (H / G));
      const rows = Array.from({ length }, (_, t) => poolRow(axes, inputs, n, t) * G + kvHead);
      const scores = rows.map((row) => {
        let dot = 0;
        for (let d = 0; d < K; d++) dot += q[head * K + d] * k[row * K + d];
        return scale * dot;
      });
      const best = scores.reduce((a, b) => Math.max(a, b));
      const weights = scores.map((s) => Math.exp(s - best));
      const total = weights.reduce((a, b) => a + b);
      rows.forEach((row, t) => {
        for (let d = 0; d < V; d++) o[head * V + d] += weights[t] / total * v[row * V + d];
      });
      lse[head] = best + Math.log(total);
    }
  }
  return { o: { shape: [N, H, V], data: o }, lse: { shape: [N, H], data: lse } };
}
