import type { Axes, Scalars, Tensors } from "../core/family.ts";
import { EMPTY_LSE } from "../paged/empty_lse.ts";
import { poolRow } from "../paged/indices.ts";
import { ROW_DIMS, VALUE_DIMS } from "./space.ts";

/** Softmax attention over each sequence's cached rows, one head at a time, in float64. */
export function reference(axes: Axes, inputs: Tensors, scalars: Scalars = {}): Tensors {
  const { N, H } = axes;
  const scale = scalars.scale ?? 192 ** -0.5;
  const q = inputs.q.data;
  const cache = inputs.cache.data;
  const o = new Float64Array(N * H * VALUE_DIMS);
  const lse = new Float64Array(N * H).fill(EMPTY_LSE);
  for (let n = 0; n < N; n++) {
    const length = inputs.cache_seqlens.data[n];
    const rows = Array.from({ length }, (_, t) => poolRow(axes, inputs, n, t) * ROW_DIMS);
    if (rows.length === 0) continue;
    for (let head = n * H; head < (n + 1) * H; head++) {
      const scores = rows.map((row) => {
        let dot = 0;
        for (let d = 0; d < ROW_DIMS; d++) dot += q[head * ROW_DIMS + d] * cache[row + d];
        return scale * dot;
      });
      const best = scores.reduce((a, b) => Math.max(a, b));
      const weights = scores.map((s) => Math.exp(s - best));
      const total = weights.reduce((a, b) => a + b);
      rows.forEach((row, t) => {
        for (let d = 0; d < VALUE_DIMS; d++) {
          o[head * VALUE_DIMS + d] += weights[t] / total * cache[row + d];
        }
      });
      lse[head] = best + Math.log(total);
    }
  }
  return { o: { shape: [N, H, VALUE_DIMS], data: o }, lse: { shape: [N, H], data: lse } };
}
