import type { AnyFamily } from "../kernels/core/family.ts";
import { type Config, storageChoices } from "../kernels/core/space.ts";
import { blockKey } from "../profiles/blocklist.ts";
import { bucketOf } from "../profiles/buckets.ts";
import type { Timing, Trial, Winner } from "../profiles/schema.ts";
import type { Tuned } from "./exporter.ts";

/** A measured variant that a reader can run, and the winner whose workload it serves. */
export interface Fitting {
  readonly winner: Winner;
  readonly variant: string;
  readonly config: Config;
  readonly timing: Timing;
  /** How many measured variants fit, where it is not the winner. */
  readonly among?: number;
}

/**
 * The winner itself where it fits, else the fastest trial of the same sizes, source, driver and clock that does;
 * undefined where none was measured. Of a variant tried more than once the last trial counts.
 */
export function bestFitting(
  { profile, trials }: Pick<Tuned, "profile" | "trials">,
  family: AnyFamily,
  winner: Winner,
  fits: (config: Config) => boolean,
): Fitting | undefined {
  if (fits(winner.config)) return { ...picked(winner), winner };
  const size = blockKey("", winner.axes);
  const latest = new Map<string, Trial>();
  for (const trial of trials) {
    if (trial.family !== winner.family || trial.sourceHash !== winner.sourceHash) continue;
    if (trial.driver !== profile.device.driver || blockKey("", trial.axes) !== size) continue;
    if (bucketOf(family.name, trial.axes, storageChoices(family.space, trial.config)) !== winner.bucket) {
      continue;
    }
    latest.set(trial.variant, trial);
  }
  let best: Fitting | undefined;
  let among = 0;
  for (const trial of latest.values()) {
    if (trial.timing?.clock !== winner.timing.clock || !fits(trial.config)) continue;
    among++;
    if (best && best.timing.medianUs <= trial.timing.medianUs) continue;
    best = { ...picked({ ...trial, timing: trial.timing }), winner };
  }
  return best && { ...best, among };
}

/** What an export says of the variant: its time, and how much slower than the winner it is where it is another. */
export function fittingWords({ winner, timing, among }: Fitting): string {
  const time = `${Number(timing.medianUs.toPrecision(4))} us`;
  if (among === undefined) return `the winner of ${winner.bucket}, ${time}`;
  const slower = `${(timing.medianUs / winner.timing.medianUs).toFixed(2)} times the winner's`;
  const which = among === 1
    ? "the one variant measured that fits"
    : `the fastest of ${among} measured that fit`;
  return `${which}, ${winner.bucket}, ${time}, ${slower}`;
}

function picked({ variant, config, timing }: Pick<Fitting, "variant" | "config" | "timing">) {
  return { variant, config, timing };
}
