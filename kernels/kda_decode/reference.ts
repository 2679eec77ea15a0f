import type { Axes, Scalars, Tensors } from "../core/family.ts";

/** S' = diag(exp g) S; u = beta (v - S'^T k); S = S' + k u^T; o = scale S^T q, all in float64. */
export function reference(axes: Axes, inputs: Tensors, scalars: Scalars = {}): Tensors {
  const { N, H, K, V } = axes;
  const scale = scalars.scale ?? K ** -0.5;
  const { q, k, v, g, beta } = inputs;
  const state = Float64Array.from(inputs.initial_state?.data ?? new Float64Array(N * H * K * V));
  const o = new Float64Array(N * H * V);
  for (let head = 0; head < N * H; head++) {
    const u = new Float64Array(V);
    for (let d = 0; d < K; d++) {
      const decay = Math.exp(g.data[head * K + d]);
      for (let j = 0; j < V; j++) {
        const at = (head * K + d) * V + j;
        state[at] *= decay;
        u[j] += state[at] * k.data[head * K + d];
      }
    }
    for (let j = 0; j < V; j++) u[j] = beta.data[head] * (v.data[head * V + j] - u[j]);
    for (let d = 0; d < K; d++) {
      for (let j = 0; j < V; j++) {
        const at = (head * K + d) * V + j;
        state[at] += k.data[head * K + d] * u[j];
        o[head * V + j] += scale * state[at] * q.data[head * K + d];
      }
    }
  }
  return {
    o: { shape: [N, H, V], data: o },
    final_state: { shape: [N, H, K, V], data: state },
  };
}
