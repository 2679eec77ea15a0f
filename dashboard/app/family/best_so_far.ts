import type { Trial } from "../../../profiles/schema.ts";

/** A search in the order it happened. */
export interface Progress {
  readonly timed: readonly { readonly place: number; readonly us: number }[];
  /** Places of the trials that failed. */
  readonly failed: readonly number[];
  /** Where the best time fell, and to what. */
  readonly steps: readonly { readonly place: number; readonly us: number; readonly variant: string }[];
  readonly count: number;
}

/** What each trial added, the first having place 1. */
export function progressOf(attempts: readonly Trial[]): Progress {
  const timed: { place: number; us: number }[] = [];
  const failed: number[] = [];
  const steps: { place: number; us: number; variant: string }[] = [];
  for (const [index, { timing, variant }] of attempts.entries()) {
    const place = index + 1;
    if (!timing) {
      failed.push(place);
      continue;
    }
    timed.push({ place, us: timing.medianUs });
    if (timing.medianUs < (steps.at(-1)?.us ?? Infinity)) steps.push({ place, us: timing.medianUs, variant });
  }
  return { timed, failed, steps, count: attempts.length };
}
