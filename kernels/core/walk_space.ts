import {
  brokenRules,
  type Config,
  foreignReason,
  FORMULATION,
  formulations,
  initialConfig,
  type Space,
  tunablesRead,
  type TunableValue,
  violations,
} from "./space.ts";

/** All legal configs, formulation by formulation, the last tunable varying fastest. */
export function* enumerateConfigs<C extends Config>(space: Space<C>): Generator<C> {
  for (const formulation of formulations(space)) {
    const entries = tunablesRead(space, formulation);
    const indices = entries.map(() => 0);
    for (let place = 0; place >= 0;) {
      const config = Object.fromEntries(entries.map(([name, t], i) => [name, t.values[indices[i]]])) as C;
      if (brokenRules(space, config).length === 0) yield config;
      place = entries.length - 1;
      while (place >= 0 && ++indices[place] === entries[place][1].values.length) indices[place--] = 0;
    }
  }
}

/** How many configs are legal. */
export function countConfigs(space: Space): number {
  return enumerateConfigs(space).reduce((count) => count + 1, 0);
}

/**
 * `config` with another value of one tunable. Another formulation keeps the tunables both read, and gives those only
 * it reads their initial values. Throws RangeError for a tunable the config does not hold.
 */
export function withValue<C extends Config>(
  space: Space<C>,
  config: C,
  name: string,
  value: TunableValue,
): C {
  if (!Object.hasOwn(config, name)) {
    const reason = name in space.tunables && foreignReason(space, name, config[FORMULATION]);
    throw new RangeError(`Cannot set ${name}: ${reason || "the config does not hold it"}`);
  }
  if (name !== FORMULATION) return { ...config, [name]: value };
  return Object.fromEntries(
    Object.entries(initialConfig(space, value)).map(([key, initial]) =>
      key === name ? [key, value] : [key, config[key] ?? initial]
    ),
  ) as C;
}

/** Legal configs one `withValue` away from `config`, optionally only those of a scope. */
export function* neighbours<C extends Config>(space: Space<C>, config: C, scope?: string): Generator<C> {
  for (const [name, tunable] of Object.entries(space.tunables)) {
    if (!Object.hasOwn(config, name) || (scope !== undefined && tunable.scope !== scope)) continue;
    for (const value of tunable.values) {
      if (value === config[name]) continue;
      const next = withValue(space, config, name, value);
      if (violations(space, next).length === 0) yield next;
    }
  }
}
