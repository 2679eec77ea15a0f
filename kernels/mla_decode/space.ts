import { type ConfigOf, defineSpace, oneOf } from "../core/space.ts";

/** Values of one cached row, and how many of them are the value. */
export const ROW_DIMS = 576;
export const VALUE_DIMS = 512;
/** Dims a thread reads of a row at a time, in every pass. */
export const UNIT_DIMS = 8;

const tunables = {
  formulation: oneOf(["fma", "matrix"], {
    initial: "fma",
    doc: "Products by f32 multiply-adds, or by the device's matrix units in f16 with f32 sums",
  }),
  cacheElem: oneOf(["f32", "f16"], {
    initial: "f32",
    doc: "Storage type of the cache",
    storageOf: ["cache"],
  }),
  splits: oneOf([1, 8, 16, 32, 64, 128, 132, 255], {
    initial: 32,
    unit: "slices",
    doc:
      "Equal slices of a sequence's rows, each a workgroup per head group; fewer where scratch would exceed 16 MiB",
  }),
  unroll: oneOf([true, false], {
    initial: true,
    doc: "Repeat marked loops with constant indices, or leave them to the driver",
  }),
  keysPerTile: oneOf([32, 64, 128], {
    initial: 32,
    unit: "rows",
    doc: "Cached rows per softmax step (fla: BN)",
    scope: "split",
    formulations: ["fma"],
  }),
  headsPerGroup: oneOf([8, 16, 32], {
    initial: 16,
    unit: "heads",
    doc: "Heads per workgroup, for which a cached row is fetched once",
    scope: "split",
    formulations: ["fma"],
  }),
  threads: oneOf([128, 256, 512], {
    initial: 128,
    unit: "threads",
    doc: "Threads per workgroup",
    scope: "split",
    formulations: ["fma"],
  }),
  keysPerThread: oneOf([4, 8], {
    initial: 4,
    unit: "rows",
    doc: "Rows one thread scores at a time",
    scope: "split",
    formulations: ["fma"],
  }),
  headsPerThread: oneOf([4, 8], {
    initial: 4,
    unit: "heads",
    doc: "Heads one thread scores its rows against",
    scope: "split",
    formulations: ["fma"],
  }),
  rowsPerStep: oneOf([4, 8], {
    initial: 4,
    unit: "rows",
    doc: "Rows read ahead in the value product",
    scope: "split",
    formulations: ["fma"],
  }),
  matrixKeys: oneOf([16, 32], {
    initial: 16,
    unit: "rows",
    doc: "Cached rows per softmax step (fla: BN)",
    scope: "split",
    formulations: ["matrix"],
  }),
  matrixHeads: oneOf([16, 32], {
    initial: 16,
    unit: "heads",
    doc: "Heads per workgroup, for which a cached row is fetched once",
    scope: "split",
    formulations: ["matrix"],
  }),
  headParts: oneOf([1, 2], {
    initial: 1,
    unit: "subgroups",
    doc: "Subgroups that share the heads; each reads the tile's rows",
    scope: "split",
    formulations: ["matrix"],
  }),
  keyParts: oneOf([1, 2], {
    initial: 1,
    unit: "subgroups",
    doc: "Subgroups that share the keys of the score product",
    scope: "split",
    formulations: ["matrix"],
  }),
  dimParts: oneOf([2, 4, 8], {
    initial: 4,
    unit: "subgroups",
    doc: "Subgroups that share the dims of the score product, whose sums then meet in workgroup memory",
    scope: "split",
    formulations: ["matrix"],
  }),
};

/** One choice of every tunable its formulation reads. */
export type MlaDecodeConfig = ConfigOf<typeof tunables>;

/** Shares the dims of a slice are cut into in the score product: threads left after keys and heads. */
export function dimGroups(c: MlaDecodeConfig): number {
  return c.threads / (c.keysPerTile / c.keysPerThread * (c.headsPerGroup / c.headsPerThread));
}

/** Heads one thread owns in the value product. */
export function valueHeads(c: MlaDecodeConfig): number {
  return c.headsPerGroup * VALUE_DIMS / UNIT_DIMS / c.threads;
}

/** Subgroups of a workgroup of the matrix formulation. */
export function subgroups(c: MlaDecodeConfig): number {
  return c.headParts * c.keyParts * c.dimParts;
}

export const space = defineSpace(tunables, [
  {
    holds: (c) => dimGroups(c) >= 1 && dimGroups(c) <= 8,
    reason:
      "threads / (keysPerTile / keysPerThread * headsPerGroup / headsPerThread) must be 1 to 8 dim groups",
    formulations: ["fma"],
  },
  {
    holds: (c) => valueHeads(c) >= 4 && valueHeads(c) <= 16,
    reason: "headsPerGroup * 64 / threads must be from 4 to 16 heads a thread sums values of",
    formulations: ["fma"],
  },
  {
    holds: (c) => subgroups(c) >= 4 && subgroups(c) <= 16,
    reason: "headParts * keyParts * dimParts must be 4 to 16 subgroups",
    formulations: ["matrix"],
  },
]);
