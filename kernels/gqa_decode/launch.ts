import type { Axes, Capabilities } from "../core/family.ts";
import type { Launch } from "../core/launch.ts";
import { pagedLaunch } from "../paged/launch.ts";
import { lanesOf } from "./lanes.ts";
import { shareOf, splitsOf } from "./plan.ts";
import type { GqaDecodeConfig } from "./space.ts";

/** `plan` as formulas, for keys and values in one buffer each. */
export function launches(axes: Axes, config: GqaDecodeConfig, device: Capabilities): Launch[] {
  const { K, V } = axes;
  const lanes = lanesOf(axes, config, device);
  const splits = splitsOf(axes, config, lanes);
  const blocksPerKv = Math.ceil(lanes.headsPerKv / config.headsPerThread);
  return [pagedLaunch({
    sample: axes,
    share: shareOf(axes, config),
    splits,
    queryDims: K,
    rows: { k_cache: `kvHeads * ${K}`, v_cache: `kvHeads * ${V}` },
    lets: { kvHeads: "select(G > 0, G, H)", blocks: `kvHeads * ${blocksPerKv}` },
    holds: [
      `H == kvHeads * ${lanes.headsPerKv}`,
      `${lanes.blocksPerGroup} == min(blocks, ${blocksAsked(config, blocksPerKv)})`,
    ],
    params: { kvHeads: "kvHeads" },
    workgroups: [`ceilDiv(blocks, ${lanes.blocksPerGroup})`, `${splits}`, "N"],
  })];
}

/** Blocks of heads a workgroup takes where there are as many; see `lanesOf`. */
function blocksAsked(
  { kvHeadsPerGroup, threads, lanesPerRow }: GqaDecodeConfig,
  blocksPerKv: number,
): number {
  return Math.min(kvHeadsPerGroup * blocksPerKv, threads / lanesPerRow);
}
