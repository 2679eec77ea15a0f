import {
  type Config,
  FORMULATION,
  formulations,
  initialConfig,
  type Space,
  tunablesRead,
  type TunableValue,
} from "../../kernels/core/space.ts";
import { enumerateConfigs } from "../../kernels/core/walk_space.ts";
import { pin } from "../pin.ts";
import { SearchRecord, type Strategy, type TrialOutcome } from "./strategy.ts";

/**
 * Tunes one tunable at a time, pass by pass.
 *
 * For each setting of the tunables of the whole family (as chunkSize), walks the scopes in turn, tries every value of
 * each tunable with the others held, keeps the best, and starts over until a round brings nothing. Passes run one
 * after the other and share no tunable, so their times add up: the cost is a sum over passes, not their product.
 *
 * Every formulation is looked at once, then tuned in one setting, the most promising first; what is left goes to the
 * formulation that is fastest by then.
 */
export const coordinate: Strategy = {
  name: "coordinate",
  doc: "One tunable at a time, pass by pass, for each setting of the family-wide tunables",
  *search(space, options) {
    const record = new SearchRecord(space, options);
    yield* record.begin();
    const fronts: Front[] = [];
    for (const formulation of formulations(space)) {
      const start = nearestRunnable(record, formulation === undefined ? {} : { [FORMULATION]: formulation });
      if (!start) continue;
      yield* record.time(start);
      fronts.push({
        formulation,
        settings: sharedSettings(space, record.bestOf(formulation)?.config ?? start),
      });
    }
    for (const front of byPromise(record, fronts)) yield* advance(record, front);
    while (!record.isSpent) {
      const [front] = byPromise(record, fronts);
      if (!front) return;
      yield* advance(record, front);
    }
  },
};

/** A formulation and the settings of its family-wide tunables that are still to be tuned, the nearest first. */
interface Front {
  readonly formulation: TunableValue | undefined;
  readonly settings: Config[];
}

/** The fronts with something left, that of the fastest formulation so far first. */
function byPromise(record: SearchRecord, fronts: readonly Front[]): Front[] {
  const time = ({ formulation }: Front) => record.bestOf(formulation)?.time ?? Infinity;
  return fronts.filter(({ settings }) => settings.length > 0)
    .sort((a, b) => time(a) === time(b) ? 0 : time(a) - time(b));
}

/** Tunes the next setting of a front. */
function* advance(record: SearchRecord, { settings }: Front): Generator<Config, void, TrialOutcome> {
  const shared = settings.shift()!;
  const from = record.isSpent ? undefined : nearestRunnable(record, shared);
  if (from) yield* descend(record, from, Object.keys(shared));
}

/** Improves `config` without touching the `held` tunables, until a whole round brings nothing. */
function* descend(
  record: SearchRecord,
  config: Config,
  held: readonly string[],
): Generator<Config, void, TrialOutcome> {
  const read = tunablesRead(record.space, config[FORMULATION]).filter(([name]) => !held.includes(name));
  const free = [...Map.groupBy(read, ([, tunable]) => tunable.scope).values()].flat();
  let time = yield* record.time(config);
  for (let improved = true; improved && !record.isSpent;) {
    improved = false;
    for (const [name, { values }] of free) {
      const base = config;
      for (const value of values) {
        const next = { ...base, [name]: value };
        const nextTime = yield* record.time(next);
        if (nextTime < time) [config, time, improved] = [next, nextTime, true];
      }
    }
  }
}

/**
 * Every setting of the family-wide tunables the formulation of `first` reads, that of `first` before the others.
 * Where no tunable has a scope there is one pass: only the formulation is held, or the search would be exhaustive.
 */
function sharedSettings(space: Space, first: Config): Config[] {
  const read = tunablesRead(space, first[FORMULATION]);
  const scoped = read.some(([, tunable]) => tunable.scope !== undefined);
  const shared = read.filter(([name, tunable]) =>
    name === FORMULATION || (scoped && tunable.scope === undefined)
  );
  const settings = [...enumerateConfigs({ tunables: Object.fromEntries(shared), constraints: [] })];
  return settings.sort((a, b) => differences(a, first) - differences(b, first));
}

/**
 * The config with these shared values that differs least from the best of its formulation, or from its initial one,
 * and can run; undefined where none can.
 */
function nearestRunnable(record: SearchRecord, shared: Config): Config | undefined {
  const { space } = record;
  const formulation = shared[FORMULATION];
  const wanted = { ...record.bestOf(formulation)?.config ?? initialConfig(space, formulation), ...shared };
  if (record.isRunnable(wanted)) return wanted;
  const legal = [...enumerateConfigs(pin(space, shared))].map((config) => ({
    config,
    distance: differences(config, wanted),
  }));
  return legal.sort((a, b) => a.distance - b.distance).find(({ config }) => record.isRunnable(config))
    ?.config;
}

/** How many values of `a` are others in `b`. */
function differences(a: Config, b: Config): number {
  return Object.keys(a).filter((name) => a[name] !== b[name]).length;
}
