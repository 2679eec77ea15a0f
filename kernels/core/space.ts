/** Value one tunable may take. */
export type TunableValue = number | string | boolean;

/** One choice the tuner may make, with the words every surface shows for it. */
export interface Tunable<V extends TunableValue = TunableValue> {
  /** Every legal value, in the order a search walks them. */
  readonly values: readonly V[];
  /** The portable default. */
  readonly initial: V;
  readonly doc: string;
  /** What the number counts, as in "tokens". */
  readonly unit?: string;
  /** Pass the tunable belongs to; a coordinate search tunes each scope on its own. */
  readonly scope?: string;
  /** Input tensors whose storage type this is: the caller's data decides it, never the tuner. */
  readonly storageOf?: readonly string[];
}

/** One legal or illegal assignment of every tunable. */
export type Config = Readonly<Record<string, TunableValue>>;

/** A rule between tunables, with the sentence shown where it is broken. */
export interface Constraint<C extends Config = Config> {
  holds(config: C): boolean;
  readonly reason: string;
}

type Tunables = Record<string, Tunable>;
type Widen<V> = V extends number ? number : V extends boolean ? boolean : string;
export type ConfigOf<T extends Tunables> = { readonly [K in keyof T]: Widen<T[K]["initial"]> };

/** A finite, ordered set of configs: the product of the tunables less what the constraints forbid. */
export interface Space<C extends Config = Config> {
  readonly tunables: Readonly<Record<string, Tunable>>;
  readonly constraints: readonly Constraint<C>[];
}

/** The config type of a space. */
export type SpaceConfig<S> = S extends Space<infer C> ? C : never;

/** Declares a tunable that takes one of `values`. Throws RangeError when `initial` is none of them. */
export function oneOf<const V extends TunableValue>(
  values: readonly V[],
  options: Omit<Tunable<V>, "values" | "initial"> & { initial: NoInfer<V> },
): Tunable<V> {
  if (!values.includes(options.initial)) {
    throw new RangeError(
      `Cannot declare a tunable: initial value ${options.initial} is not one of ${values.join(", ")}`,
    );
  }
  return { values, ...options };
}

/** Declares a space. Throws RangeError when the initial config breaks a constraint. */
export function defineSpace<const T extends Tunables>(
  tunables: T,
  constraints: readonly Constraint<ConfigOf<T>>[] = [],
): Space<ConfigOf<T>> {
  const space: Space<ConfigOf<T>> = { tunables, constraints };
  const broken = violations(space, initialConfig(space));
  if (broken.length > 0) {
    throw new RangeError(`Cannot declare a space: its initial config breaks "${broken[0]}"`);
  }
  return space;
}

/** The part of a config that the caller's data decides: storage types of its tensors. Part of a workload's bucket. */
export function storageChoices(space: Space, config: Config): Config {
  return Object.fromEntries(
    Object.keys(space.tunables).filter((name) => space.tunables[name].storageOf).map((
      name,
    ) => [name, config[name]]),
  );
}

/** The config in which every tunable has its initial value. */
export function initialConfig<C extends Config>(space: Space<C>): C {
  return Object.fromEntries(Object.entries(space.tunables).map(([name, t]) => [name, t.initial])) as C;
}

/** The reasons of all constraints `config` breaks; empty for a legal one. */
export function violations<C extends Config>(space: Space<C>, config: C): string[] {
  return space.constraints.filter((c) => !c.holds(config)).map((c) => c.reason);
}

/** All legal configs, the last tunable varying fastest. */
export function* enumerateConfigs<C extends Config>(space: Space<C>): Generator<C> {
  const entries = Object.entries(space.tunables);
  const indices = entries.map(() => 0);
  while (true) {
    const config = Object.fromEntries(entries.map(([name, t], i) => [name, t.values[indices[i]]])) as C;
    if (violations(space, config).length === 0) yield config;
    let place = entries.length - 1;
    while (place >= 0 && ++indices[place] === entries[place][1].values.length) indices[place--] = 0;
    if (place < 0) return;
  }
}

/** How many configs are legal. */
export function countConfigs(space: Space): number {
  return enumerateConfigs(space).reduce((count) => count + 1, 0);
}

/** Legal configs that differ from `config` in the value of one tunable, optionally only those of a scope. */
export function* neighbours<C extends Config>(space: Space<C>, config: C, scope?: string): Generator<C> {
  for (const [name, tunable] of Object.entries(space.tunables)) {
    if (scope !== undefined && tunable.scope !== scope) continue;
    for (const value of tunable.values) {
      if (value === config[name]) continue;
      const next = { ...config, [name]: value };
      if (violations(space, next).length === 0) yield next;
    }
  }
}

/** The scopes of a space in order of first use; `undefined` stands for tunables of the whole family. */
export function scopes(space: Space): (string | undefined)[] {
  return [...new Set(Object.values(space.tunables).map((t) => t.scope))];
}
