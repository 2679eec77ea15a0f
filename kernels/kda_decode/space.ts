import { defineSpace, oneOf, type SpaceConfig } from "../core/space.ts";

export const space = defineSpace({
  tileV: oneOf([16, 32, 64, 128], {
    initial: 64,
    unit: "columns",
    doc: "Columns of the state per workgroup (fla: BV)",
  }),
  rowsPerThread: oneOf([2, 4, 8, 16, 32], {
    initial: 8,
    unit: "rows",
    doc: "Rows of the state one thread keeps in registers",
  }),
  vectorWidth: oneOf([1, 2, 4], { initial: 4, unit: "columns", doc: "Columns per load and store" }),
  reduce: oneOf(["barrier", "subgroup"], {
    initial: "barrier",
    doc: "How partial sums over rows meet: workgroup memory, or subgroup additions first",
  }),
  unroll: oneOf([true, false], {
    initial: true,
    doc: "Repeat inner loops with constant indices, which keeps arrays in registers under naga",
  }),
}, [
  {
    holds: (c) => c.tileV / c.vectorWidth * (64 / c.rowsPerThread) <= 1024,
    reason: "tileV / vectorWidth * 64 / rowsPerThread must not exceed 1024 threads",
  },
  {
    holds: (c) => c.tileV / c.vectorWidth * (128 / c.rowsPerThread) >= 32,
    reason: "tileV / vectorWidth * 128 / rowsPerThread must be at least 32 threads",
  },
  {
    holds: (c) => c.reduce === "barrier" || c.rowsPerThread <= 16,
    reason: "reduce=subgroup needs rowsPerThread <= 16, as a subgroup adds different rows",
  },
]);

export type KdaDecodeConfig = SpaceConfig<typeof space>;
