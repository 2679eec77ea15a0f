import type { Axes, Tensors } from "../core/family.ts";
import { Random } from "../core/random.ts";

/** Normal q, k (L2-normalised) and v; gates from weak to strong; a state of RMS 0.1. */
export function inputsFor(axes: Axes, seed: number): Tensors {
  const { N, H, K, V } = axes;
  const random = new Random(seed);
  const heads = N * H;
  const fill = (length: number, next: () => number) => Float32Array.from({ length }, next);
  const unitRows = () => {
    const data = fill(heads * K, () => random.normal());
    for (let row = 0; row < heads; row++) {
      const norm = Math.hypot(...data.subarray(row * K, (row + 1) * K));
      for (let d = 0; d < K; d++) data[row * K + d] /= norm;
    }
    return data;
  };
  return {
    q: { shape: [N, H, K], data: unitRows() },
    k: { shape: [N, H, K], data: unitRows() },
    v: { shape: [N, H, V], data: fill(heads * V, () => random.normal()) },
    g: {
      shape: [N, H, K],
      data: fill(heads * K, () => -Math.log1p(Math.exp(-random.normal())) * (random.uniform() < 0.1 ? 5 : 1)),
    },
    beta: { shape: [N, H], data: fill(heads, () => 1 / (1 + Math.exp(-random.normal()))) },
    initial_state: { shape: [N, H, K, V], data: fill(heads * K * V, () => 0.1 * random.normal()) },
  };
}
