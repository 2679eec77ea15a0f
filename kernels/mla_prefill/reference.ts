import type { Axes, Scalars, Tensors } from "../core/family.ts";
import { kvHeads } from "./pieces.ts";

/** Causal softmax attention, one query of one head at a time, in float64. */
export function reference(axes: Axes, inputs: Tensors, scalars: Scalars = {}): Tensors {
  const { B, T, H, K, V, C } = axes;
  const G = kvHeads(axes);
  const scale = scalars.scale ?? K ** -0.5;
  const [q, k, v] = [inputs.q.data, inputs.k.data, inputs.v.data];
  const o = new Float64Array(B * T * H * V);
  const lse = new Float64Array(B * T * H);
  for (let row = 0; row < B * T * H; row++) {
    const head = row % H;
    const token = Math.floor(row / H) % T;
    const sequence = Math.floor(row / (H * T));
    const keyRow = (key: number) => (sequence * (C + T) + key) * G + Math.floor(head / (H / G));
    const scores = Array.from({ length: C + token + 1 }, (_, key) => {
      let dot = 0;
      for (let d = 0; d < K; d++) dot += q[row * K + d] * k[keyRow(key) * K + d];
      return scale * dot;
    });
    const best = scores.reduce((a, b) => Math.max(a, b));
    const weights = scores.map((score) => Math.exp(score - best));
    const total = weights.reduce((a, b) => a + b);
    weights.forEach((weight, key) => {
      for (let d = 0; d < V; d++) o[row * V + d] += weight / total * v[keyRow(key) * V + d];
    });
    lse[row] = best + Math.log(total);
  }
  return { o: { shape: [B, T, H, V], data: o }, lse: { shape: [B, T, H], data: lse } };
}
