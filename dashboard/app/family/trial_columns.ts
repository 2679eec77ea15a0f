import type { Space, TunableValue } from "../../../kernels/core/space.ts";
import type { Trial } from "../../../profiles/schema.ts";

/** Trials by column: what repeats is a place in a list, what doesn't a number. */
export interface TrialColumns {
  readonly family: string;
  readonly tunables: readonly { readonly name: string; readonly values: readonly TunableValue[] }[];
  /** By tunable, then by trial: place of its value; -1 where the trial does not hold it. */
  readonly configs: readonly (readonly number[])[];
  /** Place among the bucket's trials, the oldest being 1. */
  readonly place: readonly number[];
  readonly us: readonly (number | null)[];
  readonly rooflinePercent: readonly (number | null)[];
  readonly error: readonly (number | null)[];
  readonly compileMs: readonly (number | null)[];
  readonly statuses: readonly string[];
  readonly status: readonly number[];
  readonly sizes: readonly string[];
  readonly size: readonly number[];
  /** The first is no reason at all. */
  readonly reasons: readonly string[];
  readonly reason: readonly number[];
}

/** Trials with their places in the bucket. */
export interface PlacedTrial {
  readonly place: number;
  readonly trial: Trial;
}

/** Columns of trials in the order given; tunables of the space first, others a stored config holds behind them. */
export function trialColumns(
  family: string,
  space: Space,
  placed: readonly PlacedTrial[],
  words: { readonly size: (trial: Trial) => string; readonly status: (trial: Trial) => string },
): TrialColumns {
  const names = new Set(Object.keys(space.tunables));
  for (const { trial } of placed) for (const name of Object.keys(trial.config)) names.add(name);
  const tunables = [...names].map((name) => {
    const places = new Map<TunableValue, number>(space.tunables[name]?.values.map((value, i) => [value, i]));
    const column = placed.map(({ trial }) =>
      Object.hasOwn(trial.config, name) ? placeOf(places, trial.config[name]) : -1
    );
    return { name, values: [...places.keys()], column };
  }).filter(({ column }) => column.some((place) => place >= 0));
  const statuses = new Map<string, number>(), sizes = new Map<string, number>();
  const reasons = new Map([["", 0]]);
  const trials = placed.map(({ trial }) => trial);
  return {
    family,
    tunables: tunables.map(({ name, values }) => ({ name, values })),
    configs: tunables.map(({ column }) => column),
    place: placed.map(({ place }) => place),
    us: trials.map((t) => rounded(t.timing?.medianUs)),
    rooflinePercent: trials.map((t) => rounded(t.rooflinePercent)),
    error: trials.map((t) => rounded(t.error)),
    compileMs: trials.map((t) => rounded(t.compileMs)),
    status: trials.map((t) => placeOf(statuses, words.status(t))),
    statuses: [...statuses.keys()],
    size: trials.map((t) => placeOf(sizes, words.size(t))),
    sizes: [...sizes.keys()],
    reason: trials.map((t) => placeOf(reasons, t.reason ?? "")),
    reasons: [...reasons.keys()],
  };
}

function placeOf<T>(places: Map<T, number>, value: T): number {
  const known = places.get(value);
  if (known !== undefined) return known;
  places.set(value, places.size);
  return places.size - 1;
}

/** Five digits: more than a table shows, so that equal looks need not be equal times. */
function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(5));
}
