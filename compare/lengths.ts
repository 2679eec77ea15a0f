import type { Comparison, Point } from "./comparison.ts";

/** Lengths of all points and missing points of one phase, or of all, shortest first. */
export function lengthsOf({ points, missing }: Comparison, phase?: Point["phase"]): number[] {
  const all = [...points, ...missing].filter((p) => phase === undefined || p.phase === phase);
  return [...new Set(all.map((p) => p.tokens))].sort((a, b) => a - b);
}

/** Lengths that decode was asked for at with as many sequences as fit, of any model, shortest first. */
export function batchedLengthsOf({ points, missing, memory }: Comparison): number[] {
  const asked = [...points, ...missing].filter((p) =>
    p.phase === "decode" &&
    memory.some((row) => row.model === p.model && row.tokens === p.tokens && row.largestBatch === p.batch)
  );
  return [...new Set(asked.map((p) => p.tokens))].sort((a, b) => a - b);
}
