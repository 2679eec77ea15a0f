import { type ConfigOf, defineSpace, oneOf } from "../core/space.ts";

const tunables = {
  cacheElem: oneOf(["f32", "f16"], {
    initial: "f32",
    doc: "Storage type of the cached keys and values",
    storageOf: ["k_cache", "v_cache"],
  }),
  splits: oneOf([1, 8, 16, 32, 48, 64, 128, 256], {
    initial: 32,
    unit: "slices",
    doc:
      "Equal slices of a sequence's rows, each a workgroup per group of heads; fewer where scratch would exceed 16 MiB",
  }),
  unroll: oneOf([true, false], {
    initial: true,
    doc: "Repeat marked loops with constant indices, or leave them to the driver",
  }),
  threads: oneOf([64, 128, 256], {
    initial: 128,
    unit: "threads",
    doc: "Threads per workgroup at most; fewer where they would read more than 64 rows at a time",
    scope: "split",
  }),
  lanesPerRow: oneOf([4, 8, 16], {
    initial: 8,
    unit: "threads",
    doc: "Neighbouring threads that share a row, 8 dims of each at a time",
    scope: "split",
  }),
  rowsPerThread: oneOf([1, 2, 4], {
    initial: 2,
    unit: "rows",
    doc: "Rows of a thread per softmax step, all of whose bytes it has in flight",
    scope: "split",
  }),
  headsPerThread: oneOf([1, 2, 4, 8], {
    initial: 4,
    unit: "heads",
    doc: "Heads of a KV head one thread scores and sums up; fewer where fewer share it",
    scope: "split",
  }),
  kvHeadsPerGroup: oneOf([1, 2, 4], {
    initial: 1,
    unit: "KV heads",
    doc: "KV heads per workgroup, whose rows are neighbours in the cache",
    scope: "split",
  }),
  queries: oneOf(["registers", "workgroup"], {
    initial: "registers",
    doc: "Where q lies: in every thread's registers, or once a workgroup in its memory",
    scope: "split",
  }),
  reduce: oneOf(["barrier", "subgroup"], {
    initial: "barrier",
    doc: "How the lanes of a row add up their products: in workgroup memory, or by shuffles",
    scope: "split",
  }),
};

/** One choice of every tunable. */
export type GqaDecodeConfig = ConfigOf<typeof tunables>;

export const space = defineSpace(tunables, [
  {
    holds: (c) => c.rowsPerThread * c.headsPerThread <= 16,
    reason: "rowsPerThread * headsPerThread must not exceed 16 scores a thread adds up",
  },
  {
    holds: (c) => c.headsPerThread <= c.lanesPerRow,
    reason:
      "headsPerThread must not exceed lanesPerRow: a thread holds so many heads' share of o in registers",
  },
  {
    holds: (c) => c.queries === "workgroup" || 2 * c.headsPerThread <= c.lanesPerRow,
    reason: "2 * headsPerThread must not exceed lanesPerRow where q lies in registers beside o",
  },
]);
