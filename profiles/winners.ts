import type { AnyFamily } from "../kernels/core/family.ts";
import { initialConfig, storageChoices } from "../kernels/core/space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { bucketOf } from "./buckets.ts";
import { blockKey } from "./blocklist.ts";
import type { Timing, Trial, Winner } from "./schema.ts";

/** A trial that may win: passed, with its error and its time. */
type Contender = Trial & { timing: Timing; error: number };

/**
 * The best variant of one family for each workload bucket, among trials of the current source and driver.
 *
 * Only times of one size and one clock are compared: a bucket is decided at the size with the most contenders (of
 * equals the later one), by timestamps where there are any. Of a variant tried more than once the last trial counts,
 * whatever its outcome.
 */
export function chooseWinners(
  trials: Iterable<Trial>,
  now: {
    readonly family: AnyFamily;
    readonly sourceHash: string;
    /** Leave out to take trials of every driver. */
    readonly driver?: string;
  },
): Winner[] {
  const latest = new Map<string, Trial>();
  for (const trial of trials) {
    if (trial.family !== now.family.name || trial.sourceHash !== now.sourceHash) continue;
    if (now.driver !== undefined && trial.driver !== now.driver) continue;
    const key = blockKey(trial.variant, trial.axes);
    latest.delete(key); // so that the map keeps the order of the last trials
    latest.set(key, trial);
  }
  const contenders = [...latest.values()].filter(isContender);
  const { name, space } = now.family;
  const byBucket = Map.groupBy(
    contenders,
    (trial) => bucketOf(name, trial.axes, storageChoices(space, trial.config)),
  );
  return [...byBucket].map(([bucket, all]) => {
    const defaults = { ...initialConfig(space), ...storageChoices(space, all[0].config) };
    return winnerOf(bucket, comparable(all), formatVariant(name, defaults));
  });
}

/** A profile's winners where those of one family were chosen anew: buckets it has no trials of keep theirs. */
export function replaceWinners(
  winners: readonly Winner[],
  family: string,
  chosen: readonly Winner[],
): Winner[] {
  const buckets = new Set(chosen.map((w) => w.bucket));
  return [...winners.filter((w) => w.family !== family || !buckets.has(w.bucket)), ...chosen];
}

function isContender(trial: Trial): trial is Contender {
  return trial.status === "passed" && trial.timing !== undefined && trial.error !== undefined;
}

/** The largest set of trials whose times may be compared. */
function comparable(trials: Contender[]): Contender[] {
  const stamped = trials.filter((trial) => trial.timing.clock === "timestamp");
  const bySize = Map.groupBy(stamped.length > 0 ? stamped : trials, (trial) => blockKey("", trial.axes));
  return [...bySize.values()].reduce((most, group) => group.length >= most.length ? group : most);
}

function winnerOf(bucket: string, trials: Contender[], defaultVariant: string): Winner {
  const best = trials.reduce((a, b) => b.timing.medianUs < a.timing.medianUs ? b : a);
  const tied = trials.filter((trial) =>
    trial !== best && trial.timing.lowUs <= best.timing.highUs && best.timing.lowUs <= trial.timing.highUs
  );
  return {
    family: best.family,
    bucket,
    axes: best.axes,
    variant: best.variant,
    config: best.config,
    timing: best.timing,
    error: best.error,
    rooflinePercent: best.rooflinePercent,
    defaultTiming: trials.find((trial) => trial.variant === defaultVariant)?.timing,
    tiedWith: tied.sort((a, b) => a.timing.medianUs - b.timing.medianUs).map((trial) => trial.variant),
    sourceHash: best.sourceHash,
  };
}
