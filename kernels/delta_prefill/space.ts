import { type ConfigOf, defineSpace, oneOf } from "../core/space.ts";

const tunables = {
  formulation: oneOf(["chunked", "recurrent", "matrix"], {
    initial: "chunked",
    doc:
      "Chunks joined by a scan, one token after the other, or chunks on matrix units (fla: chunk_kda, fused_recurrent_kda)",
  }),
  chunkSize: oneOf([16, 32, 64], {
    initial: 32,
    unit: "tokens",
    doc: "Tokens per chunk (fla: BT)",
    formulations: ["chunked", "matrix"],
  }),
  tileV: oneOf([8, 16, 32, 64], {
    initial: 16,
    unit: "columns",
    doc: "Columns of the state per workgroup (fla: BV)",
    scope: "scan",
  }),
  elem: oneOf(["f32", "f16"], {
    initial: "f32",
    doc: "Storage type of what prepare hands to scan: decayed q and k, M, P",
    formulations: ["chunked"],
  }),
  io: oneOf(["f32", "f16"], {
    initial: "f32",
    doc: "Storage type of q, k, v and o",
    storageOf: ["q", "k", "v"],
  }),
  unroll: oneOf([true, false], {
    initial: true,
    doc: "Repeat marked loops with constant indices, or leave them to the driver",
  }),
  prepareThreads: oneOf([64, 128, 256], {
    initial: 128,
    unit: "threads",
    doc: "Threads per chunk (fla: 32 x num_warps)",
    scope: "prepare",
    formulations: ["chunked"],
  }),
  prepareSlice: oneOf([16, 32], {
    initial: 16,
    unit: "channels",
    doc: "Channels of K staged at a time (fla: BK)",
    scope: "prepare",
    formulations: ["chunked"],
  }),
  scanRows: oneOf([2, 4, 8], {
    initial: 4,
    unit: "rows",
    doc: "Rows of [kg; qg] S a thread computes, four columns wide",
    scope: "scan",
    formulations: ["chunked"],
  }),
  scanSplit: oneOf([1, 2, 4], {
    initial: 1,
    unit: "threads",
    doc: "Threads that share one sum over K",
    scope: "scan",
    formulations: ["chunked"],
  }),
  scanSlice: oneOf([16, 32], {
    initial: 16,
    unit: "channels",
    doc: "Channels of kg and qg in workgroup memory at a time (fla: BK)",
    scope: "scan",
    formulations: ["chunked"],
  }),
  recurrentRows: oneOf([4, 8, 16, 32], {
    initial: 16,
    unit: "rows",
    doc: "Rows of the state a worker holds in registers, four columns wide",
    scope: "recurrent",
    formulations: ["recurrent"],
  }),
  recurrentBatch: oneOf([4, 8, 16], {
    initial: 8,
    unit: "tokens",
    doc: "Tokens staged at a time",
    scope: "recurrent",
    formulations: ["recurrent"],
  }),
  recurrentRepeats: oneOf([1, 2], {
    initial: 1,
    unit: "blocks",
    doc: "Blocks of four tokens one after the other in the text, which the driver then schedules together",
    scope: "recurrent",
    formulations: ["recurrent"],
  }),
  segments: oneOf([1, 4, 8, 16, 32], {
    initial: 1,
    unit: "segments",
    doc: "Parts of a window worked on at the same time, joined by a map of the state each; for few heads",
    scope: "recurrent",
    formulations: ["recurrent"],
  }),
  matrixRows: oneOf([4, 8], {
    initial: 8,
    unit: "rows",
    doc: "Rows of a chunk a thread of prepare decays, four channels wide",
    scope: "prepare",
    formulations: ["matrix"],
  }),
  matrixSubgroups: oneOf([4, 8, 16], {
    initial: 4,
    unit: "subgroups",
    doc: "Subgroups of the scan's workgroups",
    scope: "scan",
    formulations: ["matrix"],
  }),
};

/** One choice of every tunable its formulation reads. */
export type DeltaPrefillConfig = ConfigOf<typeof tunables>;

/** Threads of the scan's workgroups. */
export function scanThreads(c: DeltaPrefillConfig): number {
  return 2 * c.chunkSize / c.scanRows * (c.tileV / 4) * c.scanSplit;
}

/** Threads of the recurrent pass that hold the state, at K = 128. */
export function recurrentWorkers(c: DeltaPrefillConfig): number {
  return c.tileV / 4 * 128 / c.recurrentRows;
}

export const space = defineSpace(tunables, [
  {
    holds: (c) => c.prepareThreads <= c.chunkSize * c.prepareSlice / 4,
    reason: "prepareThreads must not exceed chunkSize * prepareSlice / 4, or threads idle on the diagonal",
    formulations: ["chunked"],
  },
  {
    holds: (c) => c.scanRows >= 2 * c.scanSplit,
    reason: "scanRows must be at least 2 * scanSplit: a thread finishes whole rows of the output",
    formulations: ["chunked"],
  },
  {
    holds: (c) => scanThreads(c) >= 32 && scanThreads(c) <= 512,
    reason: "the scan's 2 * chunkSize / scanRows * tileV / 4 * scanSplit threads must be 32 to 512",
    formulations: ["chunked"],
  },
  {
    holds: (c) => 4 * c.recurrentRepeats <= c.recurrentBatch,
    reason: "recurrentRepeats must not exceed the blocks of four tokens in recurrentBatch",
    formulations: ["recurrent"],
  },
  {
    holds: (c) => recurrentWorkers(c) >= 32 && recurrentWorkers(c) <= 512,
    reason: "the recurrent pass's tileV / 4 * 128 / recurrentRows workers must be 32 to 512",
    formulations: ["recurrent"],
  },
  {
    holds: (c) => c.chunkSize >= 32 && c.tileV >= 16,
    reason: "a tile of the matrix unit is 16 wide, and a chunk's halves and tileV must not be narrower",
    formulations: ["matrix"],
  },
  {
    holds: (c) => c.matrixSubgroups <= c.chunkSize / 8 * c.tileV / 16,
    reason: "matrixSubgroups must not exceed the 16 x 16 tiles of [kg; qg] S",
    formulations: ["matrix"],
  },
]);
