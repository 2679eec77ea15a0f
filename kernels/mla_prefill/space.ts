import { type ConfigOf, defineSpace, oneOf } from "../core/space.ts";

const tunables = {
  formulation: oneOf(["fma", "matrix"], {
    initial: "fma",
    doc: "Products by f32 multiply-adds, or by the device's matrix units in f16 with f32 sums",
  }),
  io: oneOf(["f32", "f16"], {
    initial: "f16",
    doc: "Storage type of q, k, v and o",
    storageOf: ["q", "k", "v"],
  }),
  dispatchGflop: oneOf([128, 1024, 4096], {
    initial: 128,
    unit: "GFLOP",
    doc: "Work of one dispatch at most: longer ones are lost on real systems, shorter ones leave gaps",
  }),
  rowLanes: oneOf([8, 16], {
    initial: 8,
    unit: "threads",
    doc: "Threads along the queries of a block",
    formulations: ["fma"],
  }),
  keyLanes: oneOf([8, 16], {
    initial: 8,
    unit: "threads",
    doc: "Threads along the keys of a tile, and along the channels of v",
    formulations: ["fma"],
  }),
  rowsPerThread: oneOf([4, 8], {
    initial: 4,
    unit: "queries",
    doc: "Queries one thread scores and sums up",
    formulations: ["fma"],
  }),
  keysPerThread: oneOf([4, 8], {
    initial: 4,
    unit: "keys",
    doc: "Keys one thread scores against each of its queries",
    formulations: ["fma"],
  }),
  dimsPerSlice: oneOf([16, 32, 64], {
    initial: 16,
    unit: "channels",
    doc: "Channels of q and k staged at a time (fla: BK)",
    formulations: ["fma"],
  }),
  lanesAcross: oneOf([4, 8, 16], {
    initial: 8,
    unit: "threads",
    doc: "Of 32 neighbouring threads, those along keys: what one read of workgroup memory spreads over",
    formulations: ["fma"],
  }),
  rowGroups: oneOf([1, 2, 4, 8], {
    initial: 2,
    unit: "subgroups",
    doc: "Subgroups along the queries of a block",
    formulations: ["matrix"],
  }),
  colGroups: oneOf([1, 2, 4], {
    initial: 2,
    unit: "subgroups",
    doc: "Subgroups along the keys of a tile, and along the channels of v",
    formulations: ["matrix"],
  }),
  rowTiles: oneOf([1, 2], {
    initial: 2,
    unit: "matrices",
    doc: "Matrices of one subgroup along the queries, kept in registers",
    formulations: ["matrix"],
  }),
  tileKeys: oneOf([16, 32, 64], {
    initial: 32,
    unit: "keys",
    doc: "Keys per softmax step (fla: BN)",
    formulations: ["matrix"],
  }),
  tilesPerTurn: oneOf([1, 2], {
    initial: 1,
    unit: "tiles",
    doc: "Tiles of keys in one turn of the loop, between which sums may leave their registers",
    formulations: ["matrix"],
  }),
  unroll: oneOf([true, false], {
    initial: true,
    doc: "Repeat marked loops with constant indices, or leave them to the driver",
  }),
};

/** One choice of every tunable its formulation reads. */
export type MlaPrefillConfig = ConfigOf<typeof tunables>;

export const space = defineSpace(tunables, [
  {
    holds: (c) => c.lanesAcross <= c.keyLanes,
    reason: "lanesAcross must not exceed keyLanes",
    formulations: ["fma"],
  },
  {
    holds: (c) => c.dimsPerSlice <= 4 * c.keyLanes,
    reason: "dimsPerSlice must not exceed 4 * keyLanes: slices of q lie where the weights will",
    formulations: ["fma"],
  },
  {
    holds: (c) => c.colGroups * 16 <= c.tileKeys,
    reason: "colGroups * 16 must not exceed tileKeys, or subgroups have no keys",
    formulations: ["matrix"],
  },
  {
    holds: (c) => c.rowGroups * c.colGroups <= 16,
    reason: "rowGroups * colGroups must not exceed 16 subgroups",
    formulations: ["matrix"],
  },
  {
    holds: (c) => c.io === "f16",
    reason: "io must be f16: matrix units multiply halves, and what the caller holds in f32 stays f32",
    formulations: ["matrix"],
  },
]);
