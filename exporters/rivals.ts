import type { AnyFamily } from "../kernels/core/family.ts";
import { storageChoices } from "../kernels/core/space.ts";
import { blockKey } from "../profiles/blocklist.ts";
import { bucketOf } from "../profiles/buckets.ts";
import type { Timing, Trial, Winner } from "../profiles/schema.ts";
import type { Tuned } from "./exporter.ts";

/** A trial that passed, with its time. */
export type Rival = Trial & { readonly timing: Timing };

/**
 * What a winner was chosen among, itself included: trials of the same sizes, storage, source, driver and clock that
 * passed. Of a variant tried more than once the last trial counts, whatever its outcome.
 */
export function rivalsOf(
  { profile, trials }: Pick<Tuned, "profile" | "trials">,
  family: AnyFamily,
  winner: Winner,
): Rival[] {
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
  return [...latest.values()].filter((trial): trial is Rival => trial.timing?.clock === winner.timing.clock);
}
