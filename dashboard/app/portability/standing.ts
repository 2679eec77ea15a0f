import type { AnyFamily } from "../../../kernels/core/family.ts";
import type { Config } from "../../../kernels/core/space.ts";
import { blockKey } from "../../../profiles/blocklist.ts";
import type { Timing, Trial, Winner } from "../../../profiles/schema.ts";
import { chooseWinners } from "../../../profiles/winners.ts";

/** How every config tried on a device did at one size of a workload. */
export interface Standing {
  /** The fastest of them: the device's optimum. */
  readonly winner: Winner;
  /** What each variant came to there. */
  readonly results: ReadonlyMap<string, Result>;
}

/** A config's last trial: its time, or how it did not pass and why. */
export type Result =
  | { readonly config: Config; readonly timing: Timing }
  | {
    readonly config: Config;
    readonly timing?: undefined;
    readonly status: Trial["status"];
    readonly reason: string;
  };

/** What a device's trials of one bucket say now. */
export interface DeviceStanding {
  readonly standing?: Standing;
  /** Why there is no standing. */
  readonly reason?: string;
  /** Trials of older source code, which count for nothing. */
  readonly stale: number;
}

/**
 * How a device stands in one bucket: as `chooseWinners` decides it, at one size, by one clock, under one driver. Of a
 * config tried more than once the last trial counts. `trials` are of one bucket, oldest first.
 */
export function standingOf(
  trials: readonly Trial[],
  now: { readonly family: AnyFamily; readonly sourceHash: string; readonly driver: string },
): DeviceStanding {
  const fresh = trials.filter((trial) => trial.sourceHash === now.sourceHash);
  const current = fresh.filter((trial) => trial.driver === now.driver);
  const stale = trials.length - fresh.length;
  const [winner] = chooseWinners(current, now);
  if (!winner) return { stale, reason: emptyReason(stale, fresh.length, current.length) };
  const size = blockKey("", winner.axes);
  const results = new Map<string, Result>();
  for (const { variant, config, axes, timing, status, reason = "no reason was given" } of current) {
    if (blockKey("", axes) !== size) continue;
    if (!timing) results.set(variant, { config, status, reason });
    else if (timing.clock === winner.timing.clock) results.set(variant, { config, timing });
  }
  return { stale, standing: { winner, results } };
}

function emptyReason(stale: number, fresh: number, current: number): string {
  const its = (count: number, one: string, many: string) =>
    count === 1 ? `its only trial ${one}` : `its ${count} trials ${many}`;
  if (current > 0) return its(current, "did not pass", "did not pass");
  if (fresh > 0) return its(fresh, "was made under another driver", "were made under another driver");
  if (stale > 0) return its(stale, "is of older source code", "are of older source code");
  return "none of its trials is stored";
}

/** A number of trials in words. */
export function trialsOf(count: number): string {
  return count === 1 ? "one trial" : `${count} trials`;
}
