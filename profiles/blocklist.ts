import type { Axes } from "../kernels/core/family.ts";
import type { Trial, TrialStatus } from "./schema.ts";

/** Outcomes that cost minutes or the driver. */
const GRAVE: readonly TrialStatus[] = ["timeout", "device_lost"];

/** Key of a variant at one size. The order of the axes does not matter. */
export function blockKey(variant: string, axes: Axes): string {
  return `${variant}@${Object.keys(axes).sort().map((name) => `${name}=${axes[name]}`).join(",")}`;
}

/**
 * The trial that bars `variant` at `axes`: it hung or lost the device at a size of no more operations.
 *
 * Why forever: a variant that lost the device once may do it again, and a retry could cost the whole session.
 * Why not at smaller sizes: one that is merely too slow for a million tokens may be the right one for a thousand.
 * `trials` are of the current driver and source: with another of either, it gets another chance.
 */
export function barringTrial(
  trials: Iterable<Trial>,
  variant: string,
  axes: Axes,
  flopsAt: (axes: Axes) => number,
): Trial | undefined {
  const flops = flopsAt(axes);
  for (const trial of trials) {
    if (trial.variant === variant && GRAVE.includes(trial.status) && flopsAt(trial.axes) <= flops) {
      return trial;
    }
  }
  return undefined;
}
