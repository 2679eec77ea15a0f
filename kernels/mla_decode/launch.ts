import type { Axes } from "../core/family.ts";
import type { Launch } from "../core/launch.ts";
import { pagedLaunch } from "../paged/launch.ts";
import { shareOf, splitsOf } from "./plan.ts";
import { type MlaDecodeConfig, ROW_DIMS } from "./space.ts";

/** `plan` as formulas, for a cache in one buffer. */
export function launches(axes: Axes, config: MlaDecodeConfig): Launch[] {
  const splits = splitsOf(axes, config);
  const groupHeads = config.formulation === "matrix" ? config.matrixHeads : config.headsPerGroup;
  return [pagedLaunch({
    sample: axes,
    share: shareOf(config),
    splits,
    queryDims: ROW_DIMS,
    rows: { cache: `${ROW_DIMS}` },
    workgroups: [`${splits}`, `ceilDiv(H, ${groupHeads})`, "N"],
  })];
}
