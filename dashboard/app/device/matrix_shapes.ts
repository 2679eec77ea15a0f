import type { SubgroupMatrix } from "../../../kernels/core/family.ts";

/** Products of one kind that a subgroup computes on matrix units. */
export interface MatrixKind {
  readonly operands: string;
  readonly sum: string;
  /** As in "16x16x16": M x N x K. */
  readonly shapes: readonly string[];
}

/** The products a device lists, by the types of operands and sum. */
export function matrixKinds(matrices: readonly SubgroupMatrix[] = []): MatrixKind[] {
  const byTypes = Map.groupBy(matrices, (m) => `${m.componentType} ${m.resultComponentType}`);
  return [...byTypes.values()].map((same) => ({
    operands: same[0].componentType,
    sum: same[0].resultComponentType,
    shapes: same.map(({ M, N, K }) => `${M}x${N}x${K}`),
  }));
}
