import type { Axes, Scalars, Tensors } from "../core/family.ts";

/**
 * KDA token by token in float64, math as in Kimi Linear (arXiv 2510.26692) and fla's naive_recurrent_kda:
 * S' = diag(exp(g)) S, u = beta (v - S'^T k), S = S' + k u^T, o = scale S^T q. Gated DeltaNet (arXiv 2412.06464) where g
 * has no K axis: then all channels of a head decay alike.
 */
export function recurrence({ B, T, H, K, V }: Axes, inputs: Tensors, scalars?: Scalars): Tensors {
  const { q, k, v, g, beta, initial_state } = inputs;
  const perChannel = g.shape.length === 4;
  const scale = scalars?.scale ?? K ** -0.5;
  const o = new Float64Array(B * T * H * V);
  const state = new Float64Array(B * H * K * V);
  if (initial_state) state.set(initial_state.data);
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      const S = state.subarray((b * H + h) * K * V, (b * H + h + 1) * K * V);
      for (let t = 0; t < T; t++) {
        const token = (b * T + t) * H + h;
        const fresh = new Float64Array(V);
        for (let d = 0; d < K; d++) {
          const decay = Math.exp(g.data[perChannel ? token * K + d : token]);
          const key = k.data[token * K + d];
          for (let c = 0; c < V; c++) fresh[c] -= (S[d * V + c] *= decay) * key;
        }
        for (let c = 0; c < V; c++) fresh[c] = beta.data[token] * (v.data[token * V + c] + fresh[c]);
        for (let d = 0; d < K; d++) {
          const key = k.data[token * K + d];
          const query = scale * q.data[token * K + d];
          for (let c = 0; c < V; c++) o[token * V + c] += (S[d * V + c] += key * fresh[c]) * query;
        }
      }
    }
  }
  return {
    o: { shape: [B, T, H, V], data: o },
    final_state: { shape: [B, H, K, V], data: state },
  };
}
