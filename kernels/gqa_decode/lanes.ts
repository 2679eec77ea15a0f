import type { Axes, Capabilities } from "../core/family.ts";
import { PAGE_ROWS } from "../paged/pages.ts";
import { kvHeads } from "./kv_heads.ts";
import type { GqaDecodeConfig } from "./space.ts";

/** How a workgroup's threads lie: lanes of a row, then blocks of heads, then teams; the names are those of the WGSL. */
export interface Lanes {
  readonly headsPerKv: number;
  /** Heads in a block: no more than asked, and no fewer than the others of its KV head need. */
  readonly headsPerThread: number;
  readonly blocksPerGroup: number;
  /** Workgroups it takes for all blocks of a sequence. */
  readonly groups: number;
  /** Rows a workgroup reads at a time, a power of two. */
  readonly teams: number;
  /** Rows of a softmax step. */
  readonly tileRows: number;
}

/** Throws RangeError where lanes can't cut a row evenly, or where the device's subgroups can't hold the lanes of one. */
export function lanesOf(axes: Axes, config: GqaDecodeConfig, device: Capabilities): Lanes {
  const { lanesPerRow, rowsPerThread } = config;
  for (const [name, dims] of [["K", axes.K], ["V", axes.V]] as const) {
    if (dims % (8 * lanesPerRow) === 0) continue;
    throw new RangeError(
      `Cannot plan gqa_decode: ${name} must be a multiple of 8 * lanesPerRow=${
        8 * lanesPerRow
      }, current value is ${dims}`,
    );
  }
  if (config.reduce === "subgroup") checkSubgroups(lanesPerRow, device);
  const G = kvHeads(axes);
  const headsPerKv = axes.H / G;
  const blocksPerKv = Math.ceil(headsPerKv / config.headsPerThread);
  const rowThreads = config.threads / lanesPerRow;
  const blocksPerGroup = Math.min(G * blocksPerKv, config.kvHeadsPerGroup * blocksPerKv, rowThreads);
  const teams = Math.min(PAGE_ROWS, 2 ** Math.floor(Math.log2(rowThreads / blocksPerGroup)));
  return {
    headsPerKv,
    headsPerThread: Math.ceil(headsPerKv / blocksPerKv),
    blocksPerGroup,
    groups: Math.ceil(G * blocksPerKv / blocksPerGroup),
    teams,
    tileRows: teams * rowsPerThread,
  };
}

function checkSubgroups(lanesPerRow: number, { subgroupSize }: Capabilities): void {
  if (!subgroupSize) {
    throw new RangeError(
      "Cannot plan gqa_decode: reduce=subgroup needs the feature subgroups, which this device lacks",
    );
  }
  if (lanesPerRow <= subgroupSize.min) return;
  throw new RangeError(
    `Cannot plan gqa_decode: reduce=subgroup needs lanesPerRow to fit a subgroup of ${subgroupSize.min}, ` +
      `current value is ${lanesPerRow}`,
  );
}
