import { FORMULATION, type Space, type TunableValue } from "../../../kernels/core/space.ts";
import type { TimedTrial } from "./landscape.ts";

/** What one tunable does to the time, on its own. */
export interface Importance {
  readonly name: string;
  /**
   * Share of the variance of log time between its values (eta squared), 0 to 1; over the trials that hold it. Undefined
   * below two trials a value: it would be near 1 for any tunable.
   */
  readonly share?: number;
  readonly trials: number;
  readonly values: readonly ValueTimes[];
}

/** Times of the variants that share one value. */
export interface ValueTimes {
  readonly value: TunableValue;
  readonly us: readonly number[];
}

/** Tunables that took two values or more, the most telling first, those tried too seldom last. The caller's storage is none: a bucket has one. */
export function importances(space: Space, trials: readonly TimedTrial[]): Importance[] {
  return Object.entries(space.tunables).flatMap(([name, { values }]) => {
    const holding = trials.filter((t) => Object.hasOwn(t.config, name));
    const byValue = values.map((value) => ({
      value,
      us: holding.filter((t) => t.config[name] === value).map((t) => t.timing.medianUs),
    })).filter(({ us }) => us.length > 0);
    if (byValue.length < 2) return [];
    const share = holding.length < 2 * byValue.length ? undefined : etaSquared(byValue.map(({ us }) => us));
    return [{ name, share, trials: holding.length, values: byValue }];
  }).sort((a, b) =>
    (b.share ?? -1) - (a.share ?? -1) || Number(b.name === FORMULATION) - Number(a.name === FORMULATION) ||
    a.name.localeCompare(b.name)
  );
}

/** Share of the variance of the logarithms that lies between the groups; 0 where nothing varies. */
export function etaSquared(groups: readonly (readonly number[])[]): number {
  const logs = groups.map((us) => us.map(Math.log));
  const all = logs.flat();
  const mean = average(all);
  const total = all.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const between = logs.reduce((sum, group) => sum + group.length * (average(group) - mean) ** 2, 0);
  return total > 1e-12 ? Math.min(1, between / total) : 0;
}

const average = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
