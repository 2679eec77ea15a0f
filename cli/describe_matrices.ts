import type { SubgroupMatrix } from "../kernels/core/family.ts";

/** Matrix units in words, as in "f16 > f32 16x16x16 16x8x16" (operands > sum, M x N x K); "none" where there are none. */
export function describeMatrices(matrices: readonly SubgroupMatrix[] = []): string {
  const byType = Map.groupBy(matrices, (m) => `${m.componentType} > ${m.resultComponentType}`);
  const kinds = [...byType].map(([type, same]) =>
    [type, ...same.map(({ M, N, K }) => `${M}x${N}x${K}`)].join(" ")
  );
  return kinds.join(", ") || "none";
}
