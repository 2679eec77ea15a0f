import { defineSpace, oneOf, type SpaceConfig } from "../core/space.ts";

/** Values of one cached row, and how many of them are the value. */
export const ROW_DIMS = 576;
export const VALUE_DIMS = 512;
/** Cached rows per page. */
export const PAGE_ROWS = 64;

interface Shape {
  readonly keysPerTile: number;
  readonly headsPerGroup: number;
  readonly threads: number;
  readonly keysPerLane: number;
  readonly headsPerThread: number;
  readonly dimsPerThread: number;
}

/** Parts the 576 dims are cut into in the score product: threads left after keys and heads. */
export function dimGroups(c: Shape): number {
  return c.threads / (c.keysPerTile / c.keysPerLane * (c.headsPerGroup / c.headsPerThread));
}

/** Heads one thread owns in the value product. */
export function valueHeads(c: Shape): number {
  return c.headsPerGroup * VALUE_DIMS / c.dimsPerThread / c.threads;
}

export const space = defineSpace({
  cacheElem: oneOf(["f32", "f16"], {
    initial: "f32",
    doc: "Storage type of the cache",
    storageOf: ["cache"],
  }),
  splits: oneOf([1, 4, 8, 16, 32, 64, 128, 252], {
    initial: 32,
    unit: "slices",
    doc: "Equal slices of a sequence's rows, each a workgroup per head group; 1 needs no merge",
    scope: "split",
  }),
  keysPerTile: oneOf([16, 32, 64], {
    initial: 32,
    unit: "rows",
    doc: "Cached rows per softmax step (fla: BN)",
    scope: "split",
  }),
  headsPerGroup: oneOf([4, 8, 16, 32], {
    initial: 16,
    unit: "heads",
    doc: "Heads per workgroup, for which a cached row is read once",
    scope: "split",
  }),
  threads: oneOf([64, 128, 256], {
    initial: 128,
    unit: "threads",
    doc: "Threads per workgroup",
    scope: "split",
  }),
  keysPerLane: oneOf([1, 2, 4], {
    initial: 1,
    unit: "rows",
    doc: "Rows one thread scores at a time",
    scope: "split",
  }),
  headsPerThread: oneOf([4, 8, 16], {
    initial: 8,
    unit: "heads",
    doc: "Heads one thread scores its rows against",
    scope: "split",
  }),
  dimsPerSlice: oneOf([12, 24], {
    initial: 12,
    unit: "dims",
    doc: "Dims of every dim group staged in workgroup memory at a time",
    scope: "split",
  }),
  dimsPerThread: oneOf([4, 8], {
    initial: 4,
    unit: "dims",
    doc: "Dims of o one thread keeps in registers",
    scope: "split",
  }),
  stageQueries: oneOf([true, false], {
    initial: true,
    doc: "Read q through workgroup memory, or from its buffer",
    scope: "split",
  }),
  reduce: oneOf(["barrier", "subgroup"], {
    initial: "barrier",
    doc: "How the softmax meets over rows: workgroup memory, or subgroup shuffles first",
    scope: "split",
  }),
  unroll: oneOf([true, false], {
    initial: true,
    doc: "Repeat inner loops with constant indices, which keeps arrays in registers under naga",
    scope: "split",
  }),
  mergeDims: oneOf([64, 256], {
    initial: 64,
    unit: "dims",
    doc: "Dims of o per workgroup of the merge",
    scope: "merge",
  }),
}, [
  {
    holds: (c) => c.headsPerThread <= c.headsPerGroup,
    reason: "headsPerThread must not exceed headsPerGroup",
  },
  {
    holds: (c) => dimGroups(c) >= 1,
    reason: "keysPerTile / keysPerLane * headsPerGroup / headsPerThread must not exceed threads",
  },
  {
    holds: (c) => dimGroups(c) < 1 || ROW_DIMS % (dimGroups(c) * c.dimsPerSlice) === 0,
    reason: "576 dims must be a multiple of dimsPerSlice times the dim groups, which are threads / " +
      "(keysPerTile / keysPerLane * headsPerGroup / headsPerThread)",
  },
  {
    holds: (c) => c.keysPerLane * c.headsPerThread >= 8 && c.keysPerLane * c.headsPerThread <= 64,
    reason: "keysPerLane * headsPerThread must be from 8 to 64 scores",
  },
  {
    holds: (c) => c.threads * c.dimsPerThread >= VALUE_DIMS,
    reason: "threads * dimsPerThread must be at least the 512 dims of o",
  },
  {
    holds: (c) => valueHeads(c) >= 4,
    reason: "headsPerGroup * 512 / dimsPerThread / threads must be at least 4 heads per thread",
  },
  {
    holds: (c) => valueHeads(c) * c.dimsPerThread <= 128,
    reason: "headsPerGroup * 512 / threads must not exceed 128 sums in one thread's registers",
  },
  {
    holds: (c) => c.splits > 1 || c.mergeDims === 64,
    reason: "mergeDims must stay 64 where splits is 1, as nothing is merged",
  },
]);

export type MlaDecodeConfig = SpaceConfig<typeof space>;
