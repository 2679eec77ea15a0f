import type { Tunable, TunableValue } from "../../../kernels/core/space.ts";
import type { Trial } from "../../../profiles/schema.ts";

/** One pair of values of two tunables, and the best of all that share it. */
export type HeatCell =
  & { readonly x: TunableValue; readonly y: TunableValue; readonly tried: number }
  & (
    | { readonly kind: "timed"; readonly us: number; readonly variant: string }
    | { readonly kind: "failed" }
    | { readonly kind: "untried" }
  );

/** A tunable with its name. */
export interface NamedTunable {
  readonly name: string;
  readonly values: Tunable["values"];
}

/** Every pair of values, row by row. */
export function heatCells(trials: readonly Trial[], x: NamedTunable, y: NamedTunable): HeatCell[] {
  const byPair = Map.groupBy(
    trials.filter(({ config }) => Object.hasOwn(config, x.name) && Object.hasOwn(config, y.name)),
    ({ config }) => pairKey(config[x.name], config[y.name]),
  );
  return y.values.flatMap((yValue) =>
    x.values.map((xValue): HeatCell => {
      const here = byPair.get(pairKey(xValue, yValue)) ?? [];
      const pair = { x: xValue, y: yValue, tried: here.length };
      let best: Trial | undefined;
      for (const trial of here) {
        if (trial.timing && !(best && best.timing!.medianUs <= trial.timing.medianUs)) best = trial;
      }
      if (best) return { ...pair, kind: "timed", us: best.timing!.medianUs, variant: best.variant };
      return { ...pair, kind: here.length > 0 ? "failed" : "untried" };
    })
  );
}

const pairKey = (x: TunableValue, y: TunableValue) => JSON.stringify([x, y]);
