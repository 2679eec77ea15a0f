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
  /** The formulations that read the tunable; absent: all of them. */
  readonly formulations?: readonly string[];
}

/** One legal or illegal assignment of every tunable its formulation reads. */
export type Config = Readonly<Record<string, TunableValue>>;

/** A rule between tunables, with the sentence shown where it is broken. */
export interface Constraint<C extends Config = Config> {
  holds(config: C): boolean;
  readonly reason: string;
  /** The formulations the rule is about; absent: all of them. */
  readonly formulations?: readonly string[];
}

type Tunables = Record<string, Tunable>;
type Widen<V> = V extends number ? number : V extends boolean ? boolean : string;

/**
 * The config type of a set of tunables. Every key counts as present, though a config holds those of its formulation
 * only: a plan branches on `formulation` once and reads what belongs to that branch.
 */
export type ConfigOf<T extends Tunables> = { readonly [K in keyof T]: Widen<T[K]["initial"]> };

/** The tunable whose values are a space's formulations: other ways to the same answer, with tunables of their own. */
export const FORMULATION = "formulation";

/**
 * A finite, ordered set of configs: for each formulation the product of the tunables it reads, less what the
 * constraints forbid. A space without a tunable named `formulation` is one product.
 */
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

/**
 * Declares a space. Throws RangeError when the initial config of a formulation breaks a constraint, when a tunable or
 * a constraint names a formulation there is none of, and when storage of tensors belongs to some formulations only.
 */
export function defineSpace<const T extends Tunables>(
  tunables: T,
  constraints: readonly Constraint<ConfigOf<T>>[] = [],
): Space<ConfigOf<T>> {
  const space: Space<ConfigOf<T>> = { tunables, constraints };
  for (const [name, tunable] of Object.entries(tunables)) {
    checkFormulations(space, `tunable ${name}`, tunable);
  }
  for (const constraint of constraints) {
    checkFormulations(space, `constraint "${constraint.reason}"`, constraint);
  }
  for (const formulation of formulations(space)) {
    const broken = violations(space, initialConfig(space, formulation));
    if (broken.length > 0) {
      const whose = formulation === undefined ? "its initial config" : `the initial config of ${formulation}`;
      throw new RangeError(`Cannot declare a space: ${whose} breaks "${broken[0]}"`);
    }
  }
  return space;
}

function checkFormulations(space: Space, what: string, named: Tunable | Constraint<never>): void {
  const known = space.tunables[FORMULATION]?.values;
  for (const formulation of named.formulations ?? []) {
    if (!known) {
      throw new RangeError(`Cannot declare a space: ${what} names formulations, and the space has none`);
    }
    if (known.includes(formulation)) continue;
    throw new RangeError(
      `Cannot declare a space: ${what} names formulation ${formulation}, which is not one of ${
        known.join(", ")
      }`,
    );
  }
  if ("storageOf" in named && named.storageOf && named.formulations) {
    throw new RangeError(
      `Cannot declare a space: ${what} is storage of the caller's, which every formulation reads`,
    );
  }
}

/** The formulations of a space in order; `[undefined]` for a space of one. */
export function formulations(space: Space): readonly (TunableValue | undefined)[] {
  return space.tunables[FORMULATION]?.values ?? [undefined];
}

/** Name and tunable of all that `formulation` reads, in the order of the space; its own name is one value. */
export function tunablesRead(
  space: Space,
  formulation: TunableValue | undefined = space.tunables[FORMULATION]?.initial,
): [string, Tunable][] {
  return Object.entries(space.tunables).filter(([, t]) => isAbout(t, formulation)).map(([name, t]) =>
    name === FORMULATION ? [name, { ...t, values: [formulation!], initial: formulation! }] : [name, t]
  );
}

function isAbout(part: Tunable | Constraint<never>, formulation: TunableValue | undefined): boolean {
  return part.formulations?.includes(formulation as string) ?? true;
}

/** Why a config of `formulation` does not hold `name`; undefined where it does. */
export function foreignReason(space: Space, name: string, formulation?: TunableValue): string | undefined {
  const { formulations } = space.tunables[name];
  if (!formulations || isAbout(space.tunables[name], formulation)) return undefined;
  return `tunable ${name} belongs to formulation ${
    formulations.join(", ")
  }: the formulation is ${formulation}`;
}

/** The part of a config that the caller's data decides: storage types of its tensors. Part of a workload's bucket. */
export function storageChoices(space: Space, config: Config): Config {
  return Object.fromEntries(
    Object.keys(space.tunables).filter((name) => space.tunables[name].storageOf).map((
      name,
    ) => [name, config[name]]),
  );
}

/**
 * The config in which every tunable has its initial value, of the initial formulation or of the one asked for.
 * Throws RangeError for a formulation there is none of.
 */
export function initialConfig<C extends Config>(space: Space<C>, formulation?: TunableValue): C {
  if (formulation !== undefined && !formulations(space).includes(formulation)) {
    throw new RangeError(
      `No formulation ${formulation}: the space has ${formulations(space).join(", ") || "none"}`,
    );
  }
  return Object.fromEntries(tunablesRead(space, formulation).map(([name, t]) => [name, t.initial])) as C;
}

/** What is wrong with `config`: tunables it lacks or should not hold, else the reasons of the constraints it breaks. */
export function violations<C extends Config>(space: Space<C>, config: C): string[] {
  if (space.tunables[FORMULATION] && !Object.hasOwn(config, FORMULATION)) {
    return [`tunable ${FORMULATION} is missing`];
  }
  const misfits = Object.keys(space.tunables).flatMap((name) => {
    const foreign = foreignReason(space, name, config[FORMULATION]);
    if (Object.hasOwn(config, name)) return foreign ?? [];
    return foreign ? [] : `tunable ${name} is missing`;
  });
  return misfits.length > 0 ? misfits : brokenRules(space, config);
}

/** The reasons of all constraints a complete config breaks. */
export function brokenRules<C extends Config>(space: Space<C>, config: C): string[] {
  return space.constraints.filter((rule) => isAbout(rule, config[FORMULATION]) && !rule.holds(config))
    .map((rule) => rule.reason);
}
