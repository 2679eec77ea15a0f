import type { LiveTrial } from "./live_event.ts";

/** Trials a page keeps. */
export const MOST_TRIALS = 200;

/** What a page knows of the trials it was told of; newest first. */
export interface LiveState {
  readonly trials: readonly LiveTrial[];
  /** Fastest passed one by device, family and size. */
  readonly best: ReadonlyMap<string, LiveTrial>;
  readonly counts: Readonly<Record<string, number>>;
}

export const NO_TRIALS: LiveState = { trials: [], best: new Map(), counts: {} };

/** Sizes as text, as in "B=1,T=8192". */
export function sizeOf({ axes }: LiveTrial): string {
  return Object.entries(axes).map(([name, size]) => `${name}=${size}`).join(",");
}

/** Adds a trial. Times of other sizes are never held against each other; a comparison's are no search. */
export function withTrial({ trials, best, counts }: LiveState, trial: LiveTrial): LiveState {
  const key = `${trial.device} ${trial.family} ${sizeOf(trial)}`;
  const before = best.get(key)?.medianUs ?? Infinity;
  const isBest = trial.collection === trial.family && trial.medianUs !== undefined && trial.medianUs < before;
  return {
    trials: [trial, ...trials].slice(0, MOST_TRIALS),
    best: isBest ? new Map(best).set(key, trial) : best,
    counts: { ...counts, [trial.status]: (counts[trial.status] ?? 0) + 1 },
  };
}
