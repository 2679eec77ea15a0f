import type { Config } from "../kernels/core/space.ts";

/** What a variant of mla_decode works on at a time, whatever its formulation calls it. */
export interface MlaTile {
  /** Cached rows per softmax step. */
  readonly keys: number;
  /** Heads that share a cached row. */
  readonly heads: number;
  /** Slices of a sequence's rows. */
  readonly splits: number;
}

/** The tile of a config of mla_decode. */
export function mlaTile(config: Config): MlaTile {
  const matrix = config.formulation === "matrix";
  return {
    keys: Number(matrix ? config.matrixKeys : config.keysPerTile),
    heads: Number(matrix ? config.matrixHeads : config.headsPerGroup),
    splits: Number(config.splits),
  };
}
