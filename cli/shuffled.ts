import { Random } from "../kernels/core/random.ts";

/** A copy in an order the seed decides (Fisher-Yates). */
export function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = new Random(seed);
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
