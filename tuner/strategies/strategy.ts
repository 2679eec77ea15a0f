import {
  type Config,
  FORMULATION,
  formulations,
  initialConfig,
  type Space,
  type TunableValue,
  violations,
} from "../../kernels/core/space.ts";

/** What came of a config a strategy asked for. */
export interface TrialOutcome {
  /** Median time of one call, us; undefined where the trial did not pass. */
  readonly medianUs?: number;
}

export interface SearchOptions {
  /** Trials the search may ask for. */
  readonly budget: number;
  readonly seed: number;
  /** A config to begin at, as from the nearest profile. */
  readonly start?: Config;
  /** Whether a config can run at all on this device; others are never asked for. */
  readonly isFeasible?: (config: Config) => boolean;
}

/**
 * A way through a space: yields the configs to try, none twice, and receives the outcome of each.
 * Knows no GPU, no storage and no clock, so that a recorded run replays as well as a device.
 */
export interface Strategy {
  readonly name: string;
  readonly doc: string;
  search(space: Space, options: SearchOptions): Generator<Config, void, TrialOutcome>;
}

/** A config that passed and its time, us. */
export interface Best {
  readonly config: Config;
  readonly time: number;
}

/**
 * The bookkeeping every search shares: what was asked, what came back, and what is left of the budget.
 * Time of a config that failed, or cannot run: Infinity.
 */
export class SearchRecord {
  readonly #times = new Map<string, number>();
  readonly #best = new Map<TunableValue | undefined, Best>();
  #left: number;

  constructor(readonly space: Space, readonly options: SearchOptions) {
    this.#left = options.budget;
  }
  /** Whether the budget is used up. */
  get isSpent(): boolean {
    return this.#left <= 0;
  }
  /** The fastest config of a formulation so far; undefined before one passed. */
  bestOf(formulation: TunableValue | undefined): Best | undefined {
    return this.#best.get(formulation);
  }

  /** The time of `config`: asks for a trial where it was not tried yet. Infinity once the budget is used up. */
  *time(config: Config): Generator<Config, number, TrialOutcome> {
    const key = this.#keyOf(config);
    const known = this.#times.get(key);
    if (known !== undefined) return known;
    if (this.isSpent) return Infinity;
    let time = Infinity;
    if (this.isRunnable(config)) {
      this.#left--;
      time = (yield config).medianUs ?? Infinity;
    }
    this.#times.set(key, time);
    const formulation = config[FORMULATION];
    if (time < (this.bestOf(formulation)?.time ?? Infinity)) this.#best.set(formulation, { config, time });
    return time;
  }

  /** Whether `config` is legal in the space and feasible on the device. */
  isRunnable(config: Config): boolean {
    const { tunables } = this.space;
    return violations(this.space, config).length === 0 &&
      Object.keys(config).every((name) => tunables[name]?.values.includes(config[name])) &&
      (this.options.isFeasible?.(config) ?? true);
  }

  /**
   * Tries what every search begins with: the warm start, the default, against which a winner is held, and the initial
   * config of each other formulation, so that a search cut short has seen them all.
   */
  *begin(): Generator<Config, void, TrialOutcome> {
    const { start } = this.options;
    // In the order of the space: the variant id prints a config as it stands, and a stored one may stand otherwise.
    const names = Object.keys(this.space.tunables);
    if (start) {
      yield* this.time(
        Object.fromEntries(names.filter((name) => name in start).map((name) => [name, start[name]])),
      );
    }
    yield* this.time(initialConfig(this.space));
    for (const formulation of formulations(this.space)) {
      yield* this.time(initialConfig(this.space, formulation));
    }
  }

  #keyOf(config: Config): string {
    return JSON.stringify(Object.keys(this.space.tunables).map((name) => config[name] ?? null));
  }
}
