import { formatAxes } from "../../../kernels/core/axes.ts";
import type { Axes } from "../../../kernels/core/family.ts";
import type { Timing, Trial } from "../../../profiles/schema.ts";

export type TimedTrial = Trial & { readonly timing: Timing };

/** Trials of a bucket whose times may be compared: of one size, one clock and one source. */
export interface Landscape {
  readonly axes: Axes;
  /** Every attempt, oldest first. */
  readonly attempts: readonly Trial[];
  /** The last attempt of each variant. */
  readonly latest: readonly Trial[];
  /** Those of `latest` with a time. */
  readonly timed: readonly TimedTrial[];
  /** Nothing here is of the kernel's source as it is now. */
  readonly isStale: boolean;
  /** Trials of the bucket that stand in the table only, by why. */
  readonly leftOut: { readonly stale: number; readonly otherSize: number; readonly otherClock: number };
}

/** The comparable trials of a bucket; undefined where it has none. A winner's size goes before the one with the most trials. */
export function landscapeOf(
  trials: readonly Trial[],
  { sourceHash, axes: wanted }: { readonly sourceHash?: string; readonly axes?: Axes },
): Landscape | undefined {
  if (trials.length === 0) return undefined;
  const current = trials.filter((t) => t.sourceHash === sourceHash);
  const newest = trials.at(-1)!.sourceHash;
  const ofSource = current.length > 0 ? current : trials.filter((t) => t.sourceHash === newest);
  const bySize = [...Map.groupBy(ofSource, ({ axes }) => formatAxes(axes)).values()];
  const ofSize = bySize.find((group) => wanted && formatAxes(group[0].axes) === formatAxes(wanted)) ??
    bySize.reduce((most, group) => group.length >= most.length ? group : most);
  const isStamped = ofSize.some((t) => t.timing?.clock === "timestamp");
  const attempts = ofSize.filter((t) => !isStamped || !t.timing || t.timing.clock === "timestamp");
  const latest = [...new Map(attempts.map((t) => [t.variant, t])).values()];
  return {
    axes: attempts[0].axes,
    attempts,
    latest,
    timed: latest.filter(isTimed),
    isStale: current.length === 0,
    leftOut: {
      stale: trials.length - ofSource.length,
      otherSize: ofSource.length - ofSize.length,
      otherClock: ofSize.length - attempts.length,
    },
  };
}

function isTimed(trial: Trial): trial is TimedTrial {
  return trial.timing !== undefined;
}
