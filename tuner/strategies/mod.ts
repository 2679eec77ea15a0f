import { closest } from "../../kernels/core/closest.ts";
import { coordinate } from "./coordinate.ts";
import { exhaustive } from "./exhaustive.ts";
import { random } from "./random.ts";
import type { Strategy } from "./strategy.ts";

export type { SearchOptions, Strategy, TrialOutcome } from "./strategy.ts";

/** Every strategy; a new one is one line here. */
export const strategies: readonly Strategy[] = [coordinate, exhaustive, random];

/** The strategy of that name. Throws RangeError with the nearest known one. */
export function strategyNamed(name: string): Strategy {
  const strategy = strategies.find((s) => s.name === name);
  if (!strategy) {
    throw new RangeError(`Unknown strategy "${name}"${closest(name, strategies.map((s) => s.name))}`);
  }
  return strategy;
}
