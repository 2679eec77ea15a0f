import {
  type Config,
  enumerateConfigs,
  initialConfig,
  scopes,
  type Space,
} from "../../kernels/core/space.ts";
import { pin } from "../pin.ts";
import { SearchRecord, type Strategy, type TrialOutcome } from "./strategy.ts";

/**
 * Tunes one tunable at a time, pass by pass.
 *
 * For each setting of the tunables of the whole family (as chunkSize), walks the scopes in turn, tries every value of
 * each tunable with the others held, keeps the best, and starts over until a round brings nothing. Passes run one
 * after the other and share no tunable, so their times add up: the cost is a sum over passes, not their product.
 */
export const coordinate: Strategy = {
  name: "coordinate",
  doc: "One tunable at a time, pass by pass, for each setting of the family-wide tunables",
  *search(space, options) {
    const record = new SearchRecord(space, options);
    yield* record.begin();
    for (const shared of sharedSettings(space, record.best ?? initialConfig(space))) {
      if (record.isSpent) return;
      const from = nearestRunnable(record, shared, record.best ?? initialConfig(space));
      if (from) yield* descend(record, from, Object.keys(shared));
    }
  },
};

/** Improves `config` without touching the `held` tunables, until a whole round brings nothing. */
function* descend(
  record: SearchRecord,
  config: Config,
  held: readonly string[],
): Generator<Config, void, TrialOutcome> {
  const { tunables } = record.space;
  const free = scopes(record.space).flatMap((scope) =>
    Object.keys(tunables).filter((name) => tunables[name].scope === scope && !held.includes(name))
  );
  let time = yield* record.time(config);
  for (let improved = true; improved && !record.isSpent;) {
    improved = false;
    for (const name of free) {
      const base = config;
      for (const value of tunables[name].values) {
        const next = { ...base, [name]: value };
        const nextTime = yield* record.time(next);
        if (nextTime < time) [config, time, improved] = [next, nextTime, true];
      }
    }
  }
}

/**
 * Every setting of the family-wide tunables, that of `first` before the others.
 * A space without scopes is one pass: nothing is held, or the search would be exhaustive.
 */
function sharedSettings(space: Space, first: Config): Config[] {
  const shared = Object.entries(space.tunables).filter(([, tunable]) => tunable.scope === undefined);
  if (shared.length === Object.keys(space.tunables).length) return [{}];
  const settings = [...enumerateConfigs({ tunables: Object.fromEntries(shared), constraints: [] })];
  return settings.sort((a, b) => differences(a, first) - differences(b, first));
}

/** The config with these shared values that differs least from `from` and can run; undefined where none can. */
function nearestRunnable(record: SearchRecord, shared: Config, from: Config): Config | undefined {
  const wanted = { ...from, ...shared };
  if (record.isRunnable(wanted)) return wanted;
  const legal = [...enumerateConfigs(pin(record.space, shared))];
  return legal.sort((a, b) => differences(a, wanted) - differences(b, wanted)).find((c) =>
    record.isRunnable(c)
  );
}

/** How many values of `a` are others in `b`. */
function differences(a: Config, b: Config): number {
  return Object.keys(a).filter((name) => a[name] !== b[name]).length;
}
