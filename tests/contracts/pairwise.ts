import {
  type Config,
  FORMULATION,
  formulations,
  type Space,
  type Tunable,
  tunablesRead,
} from "../../kernels/core/space.ts";
import { legalConfigs } from "./legal_configs.ts";

/** Configs in which every two values of two tunables meet at least once in each formulation, where anything lets them. */
export interface Cover {
  readonly configs: readonly Config[];
  /**
   * Pairs some legal config holds but none found fitting, as in `tileV=64 & elem=f32`, or a formulation none of whose
   * configs fits.
   */
  readonly unfit: readonly string[];
}

/** A pair that no config fits is given up after that many plans: mla_decode's space has 10^5 configs. */
const MOST_PLANS_PER_PAIR = 1000;

/**
 * A greedy all-pairs cover of a space under its constraints and under `fits`, which is asked as little as possible.
 * The rarest pair left is taken first, in the fitting config that brings most other missing pairs. Deterministic.
 */
export function pairwise(space: Space, fits: (config: Config) => boolean): Cover {
  const covers = formulations(space).map((formulation): Cover => {
    const legal = legalConfigs(space).filter((config) => config[FORMULATION] === formulation);
    const known = new Map<number, boolean>();
    const fitsAt = (i: number) => {
      const answer = known.get(i) ?? fits(legal[i]);
      known.set(i, answer);
      return answer;
    };
    if (formulation !== undefined && !legal.some((_, i) => fitsAt(i))) {
      return { configs: [], unfit: [`${FORMULATION}=${formulation}`] };
    }
    return coverOf(tunablesRead(space, formulation), legal, fitsAt);
  });
  return {
    configs: covers.flatMap(({ configs }) => configs),
    unfit: [...new Set(covers.flatMap(({ unfit }) => unfit))],
  };
}

/** The cover of one formulation: every config holds the same tunables. */
function coverOf(
  tunables: readonly [string, Tunable][],
  legal: readonly Config[],
  fitsAt: (i: number) => boolean,
): Cover {
  const offsets: number[] = [];
  let values = 0;
  for (const [, tunable] of tunables) {
    offsets.push(values);
    values += tunable.values.length;
  }
  // Row of a config: the index of each of its values among all values of all tunables.
  const rows = legal.map((config) =>
    Uint16Array.from(tunables, ([name, t], i) => offsets[i] + t.values.indexOf(config[name]))
  );
  const counts = new Uint32Array(values * values); // legal configs by pair; 0 once the pair is settled
  for (const row of rows) forPairs(row, values, (pair) => counts[pair]++);
  const gain = (row: Uint16Array) => {
    let missing = 0;
    forPairs(row, values, (pair) => missing += counts[pair] > 0 ? 1 : 0);
    return missing;
  };

  const configs: Config[] = [];
  const unfit: string[] = [];
  for (let pair = rarest(counts); pair >= 0; pair = rarest(counts)) {
    const a = Math.floor(pair / values);
    const b = pair % values;
    const holders: { at: number; gain: number }[] = [];
    rows.forEach((row, at) => {
      if (row.includes(a) && row.includes(b)) holders.push({ at, gain: gain(row) });
    });
    holders.sort((x, y) => y.gain - x.gain || x.at - y.at);
    // Those that bring most come first, then an even sample of the rest, as neighbours tend to be refused together.
    const step = Math.max(1, Math.floor(2 * holders.length / MOST_PLANS_PER_PAIR));
    const tried = holders.filter((_, i) => i < MOST_PLANS_PER_PAIR / 2 || i % step === 0);
    const chosen = tried.find(({ at }) => fitsAt(at));
    if (chosen) {
      configs.push(legal[chosen.at]);
      forPairs(rows[chosen.at], values, (p) => counts[p] = 0);
    } else {
      counts[pair] = 0;
      const word = (value: number) => {
        const i = offsets.findLastIndex((offset) => offset <= value);
        return `${tunables[i][0]}=${tunables[i][1].values[value - offsets[i]]}`;
      };
      unfit.push(`${word(a)} & ${word(b)}`);
    }
  }
  return { configs, unfit };
}

function forPairs(row: Uint16Array, values: number, visit: (pair: number) => void): void {
  for (let i = 0; i < row.length; i++) {
    for (let j = i + 1; j < row.length; j++) visit(row[i] * values + row[j]);
  }
}

function rarest(counts: Uint32Array): number {
  let best = -1;
  for (let pair = 0; pair < counts.length; pair++) {
    if (counts[pair] > 0 && (best < 0 || counts[pair] < counts[best])) best = pair;
  }
  return best;
}
