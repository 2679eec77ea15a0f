import type { AnyFamily } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";
import type { Timing, Winner } from "../profiles/schema.ts";
import type { Tuned } from "./exporter.ts";
import { rivalsOf } from "./rivals.ts";

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
  tuned: Pick<Tuned, "profile" | "trials">,
  family: AnyFamily,
  winner: Winner,
  fits: (config: Config) => boolean,
): Fitting | undefined {
  if (fits(winner.config)) return { ...picked(winner), winner };
  let best: Fitting | undefined;
  let among = 0;
  for (const rival of rivalsOf(tuned, family, winner).filter(({ config }) => fits(config))) {
    among++;
    if (!best || rival.timing.medianUs < best.timing.medianUs) best = { ...picked(rival), winner };
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
