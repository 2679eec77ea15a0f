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
  const weights = new Float64Array(C + T);
  for (let row = 0; row < B * T * H; row++) {
    const head = row % H;
    const token = Math.floor(row / H) % T;
    const sequence = Math.floor(row / (H * T));
    const keyRow = (key: number) => (sequence * (C + T) + key) * G + Math.floor(head / (H / G));
    const keys = C + token + 1;
    let best = -Infinity;
    for (let key = 0; key < keys; key++) {
      const at = keyRow(key) * K;
      let dot = 0;
      for (let d = 0; d < K; d++) dot += q[row * K + d] * k[at + d];
      weights[key] = scale * dot;
      best = Math.max(best, scale * dot);
    }
    let total = 0;
    for (let key = 0; key < keys; key++) total += weights[key] = Math.exp(weights[key] - best);
    for (let key = 0; key < keys; key++) {
      const at = keyRow(key) * V;
      const share = weights[key] / total;
      for (let d = 0; d < V; d++) o[row * V + d] += share * v[at + d];
    }
    lse[row] = best + Math.log(total);
  }
  return { o: { shape: [B, T, H, V], data: o }, lse: { shape: [B, T, H], data: lse } };
}
