import { defineSpace, oneOf, type SpaceConfig } from "../core/space.ts";

export const space = defineSpace({
  stateElem: oneOf(["f32", "f16"], {
    initial: "f32",
    doc:
      "Storage type of the state; f16 halves the time, and drifts by 2e-4 (strong decay) to 3e-3 (none) in 2048 tokens",
    storageOf: ["initial_state"],
  }),
  stateLayout: oneOf(["KV", "VK"], {
    initial: "KV",
    doc: "Order of the state's last two axes in memory: [K, V] as in fla, or [V, K]",
    storageOf: ["initial_state"],
  }),
  tileV: oneOf([8, 16, 32, 64, 128], {
    initial: 64,
    unit: "columns",
    doc: "Columns of the state per workgroup (fla: BV)",
  }),
  rowsPerThread: oneOf([4, 8, 16, 32], {
    initial: 8,
    unit: "rows",
    doc: "Rows of the state one thread keeps in registers",
  }),
  columnsPerThread: oneOf([1, 2, 4], {
    initial: 4,
    unit: "columns",
    doc: "Columns of the state one thread keeps: one load of a [K, V] state",
  }),
  operands: oneOf(["staged", "direct"], {
    initial: "staged",
    doc: "How a thread gets q, k and g: through workgroup memory behind a barrier, or from their buffers",
  }),
  reduce: oneOf(["barrier", "mixed", "subgroup"], {
    initial: "barrier",
    doc:
      "How partial sums over rows meet: workgroup memory, shuffles and then workgroup memory, or shuffles alone",
  }),
  unroll: oneOf([true, false], {
    initial: true,
    doc: "Repeat inner loops with constant indices, which keeps arrays in registers under naga",
  }),
}, [
  {
    holds: (c) => c.tileV / c.columnsPerThread * (64 / c.rowsPerThread) <= 1024,
    reason: "tileV / columnsPerThread * 64 / rowsPerThread must not exceed 1024 threads",
  },
  {
    holds: (c) => c.tileV / c.columnsPerThread * (128 / c.rowsPerThread) >= 32,
    reason: "tileV / columnsPerThread * 128 / rowsPerThread must be at least 32 threads",
  },
  {
    holds: (c) => c.stateLayout === "KV" || c.columnsPerThread >= 2,
    reason: "stateLayout=VK needs columnsPerThread >= 2",
  },
]);

export type DeltaDecodeConfig = SpaceConfig<typeof space>;
