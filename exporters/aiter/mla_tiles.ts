import { mlaDecode } from "../../kernels/mla_decode/mod.ts";
import { ROW_DIMS } from "../../kernels/mla_decode/space.ts";
import { bestFitting, type Fitting } from "../best_fitting.ts";
import type { Tuned } from "../exporter.ts";
import { type MlaTile, mlaTile } from "../mla_tile.ts";
import { byWorkload } from "../workload_order.ts";
import type { AmdTarget } from "./amd_target.ts";

/** The tile of AITER's MLA decode, and what it rests on. */
export interface MlaChoice {
  readonly tile: MlaTile;
  readonly source: Fitting;
}

/**
 * The tile of the first workload that has a measured variant AITER could run: fewest sequences, then the longest. Its
 * matrix products are 16 wide, and a tile's rows must fit the workgroup memory in 16 bits.
 */
export function mlaChoice(tuned: Tuned, { ldsBytes }: AmdTarget): MlaChoice | undefined {
  for (
    const winner of tuned.profile.winners.filter((w) => w.family === mlaDecode.name).toSorted(byWorkload)
  ) {
    const source = bestFitting(tuned, mlaDecode, winner, (config) => {
      const { keys, heads } = mlaTile(config);
      return heads >= 16 && keys * ROW_DIMS * 2 <= ldsBytes;
    });
    if (source) return { tile: mlaTile(source.config), source };
  }
}

/** The file of an architecture's defaults. What it leaves out gets Triton's. */
export const mlaDefaults = ({ tile }: MlaChoice) =>
  JSON.stringify(
    { fwd_grouped_kernel_stage1_rope: { BLOCK_N: tile.keys, BLOCK_H: tile.heads }, fwd_kernel_stage2: {} },
    undefined,
    4,
  ) + "\n";
