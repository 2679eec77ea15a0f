import { completeAxes, formatAxes } from "../kernels/core/axes.ts";
import type { AnyFamily, Axes, Capabilities } from "../kernels/core/family.ts";
import { canRun } from "../kernels/core/fit.ts";
import { type Config, initialConfig, storageChoices } from "../kernels/core/space.ts";
import { countConfigs } from "../kernels/core/walk_space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { barringTrial, blockKey } from "../profiles/blocklist.ts";
import { type Ceilings, SCHEMA_VERSION, type Trial } from "../profiles/schema.ts";
import { lookAhead } from "./look_ahead.ts";
import { Looks } from "./looks.ts";
import { pin } from "./pin.ts";
import type { SearchOptions, Strategy } from "./strategies/mod.ts";
import type { TrialRequest } from "./trial.ts";
import type { Workload } from "./workloads.ts";

/** Variants worth compiling before they are asked for. */
const MOST_AHEAD = 8;

/** One workload to tune, with what is known and how far to go. */
export interface TuneJob {
  readonly family: AnyFamily;
  readonly workload: Workload;
  readonly strategy: Strategy;
  readonly capabilities: Capabilities;
  readonly ceilings: Ceilings;
  readonly sourceHash: string;
  readonly driver: string;
  /** Trials of earlier runs, oldest first: replayed to the strategy, never measured again. */
  readonly known: readonly Trial[];
  /** New variants at most; further looks at finalists come on top. */
  readonly budget: number;
  readonly seed: number;
  /** `performance.now()` after which nothing new starts; the last tenth until then is for the finalists. */
  readonly deadline: number;
  readonly samples: number;
  readonly capUs: number;
  /** Called before each trial; `likely` works out which variants will be asked for next and are not known. */
  readonly ahead?: (likely: () => readonly Config[]) => void;
  /** Tried before anything else, as the winner of a workload like this one. */
  readonly start?: Config;
  readonly signal?: AbortSignal;
  /** Runs one trial. What it throws ends the job, unless `signal` is aborted: then the trial is dropped. */
  run(request: TrialRequest): Promise<Trial>;
}

/** A trial of the job as it came, and the best passed one so far. */
export interface TuneProgress {
  readonly trial: Trial;
  /** `known`: replayed; `new`: measured; `barred`: refused for what it did at another size; `again`: a finalist's further look. */
  readonly kind: "known" | "new" | "barred" | "again";
  readonly best?: Trial;
  readonly baseline?: Trial;
}

/** Why a job ended. */
export type TuneEnd = "complete" | "out of time" | "out of trials" | "stopped";

/** A call this much slower than the best is measured three times only. */
const GIVE_UP_FACTOR = 1.5;
const FINALS_SHARE = 0.1;

/** Whether a trial was made at these sizes, with tensors stored this way. */
export function isOfSize(trial: Trial, axes: Axes, storage: Config): boolean {
  return blockKey("", trial.axes) === blockKey("", axes) &&
    Object.keys(storage).every((name) => trial.config[name] === storage[name]);
}

/** Storage types of a workload's tensors, the family's initial ones where it names none. */
export function storageOf(family: AnyFamily, workload: Workload): Config {
  return { ...storageChoices(family.space, initialConfig(family.space)), ...workload.storage };
}

/** How many variants a search of this workload may choose from, whatever the device can run of them. */
export function variantsOf(family: AnyFamily, workload: Workload): number {
  return countConfigs(pin(family.space, storageOf(family, workload)));
}

/**
 * Searches one workload, then measures those close to the best turn by turn. Yields every trial, old and new, and
 * returns why it ended.
 */
export async function* tune(job: TuneJob): AsyncGenerator<TuneProgress, TuneEnd> {
  const { family } = job;
  const axes = completeAxes(family, job.workload.axes);
  const storage = storageOf(family, job.workload);
  const space = pin(family.space, storage);
  const usable = job.known.filter((t) =>
    t.sourceHash === job.sourceHash && t.driver === job.driver && t.family === family.name
  );
  const looks = new Looks(usable.filter((trial) => isOfSize(trial, axes, storage)));
  const now = performance.now();
  const searchEnd = job.deadline - FINALS_SHARE * Math.max(0, job.deadline - now);
  const baselineId = formatVariant(family.name, initialConfig(space));
  let left = job.budget;

  const ended = (deadline: number): TuneEnd | undefined => {
    if (job.signal?.aborted) return "stopped";
    return performance.now() >= deadline ? "out of time" : undefined;
  };
  /** Undefined where the job was stopped meanwhile. */
  const measured = async (config: Config, samples: number, giveUpUs?: number): Promise<Trial | undefined> => {
    const { sourceHash, ceilings, capUs } = job;
    try {
      return await job.run({ config, axes, sourceHash, ceilings, samples, giveUpUs, capUs });
    } catch (error) {
      if (job.signal?.aborted) return undefined;
      throw error;
    }
  };
  const progress = (kind: TuneProgress["kind"], trial: Trial): TuneProgress => {
    if (kind !== "known") looks.add(trial);
    return { trial, kind, best: looks.best, baseline: looks.last(baselineId) };
  };

  let end: TuneEnd | undefined;
  const feasible = new Map<string, boolean>(); // planning takes milliseconds, and looking ahead asks again
  const options: SearchOptions = {
    budget: Number.MAX_SAFE_INTEGER,
    seed: job.seed,
    start: job.start,
    isFeasible: (config) => {
      const id = formatVariant(family.name, config);
      const known = feasible.get(id) ?? canRun(family, axes, config, job.capabilities);
      feasible.set(id, known);
      return known;
    },
  };
  const results: (number | undefined)[] = [];
  const likely = () =>
    lookAhead(job.strategy, space, options, [...results, undefined], MOST_AHEAD)
      .filter((config) => !looks.first(formatVariant(family.name, config)));
  const search = job.strategy.search(space, options);
  for (let next = search.next(); !next.done;) {
    const config = next.value;
    const id = formatVariant(family.name, config);
    const bar = looks.first(id)
      ? undefined
      : barringTrial(usable, id, axes, (a) => family.work(a, config).flops);
    if (looks.first(id)) yield progress("known", looks.first(id)!);
    else if (bar) yield progress("barred", barred(job, config, axes, bar));
    else {
      end = ended(searchEnd) ?? (left-- <= 0 ? "out of trials" : undefined);
      if (end) break;
      const giveUpUs = looks.best?.timing && looks.best.timing.medianUs * GIVE_UP_FACTOR;
      job.ahead?.(likely);
      const trial = await measured(config, job.samples, giveUpUs);
      if (!trial) return "stopped";
      yield progress("new", trial);
    }
    const medianUs = looks.first(id)!.timing?.medianUs;
    results.push(medianUs);
    next = search.next({ medianUs });
  }

  for (let due = looks.due(); due.length > 0; due = looks.due()) {
    for (const config of due) {
      const cut = ended(job.deadline);
      if (cut) return end ?? cut;
      const trial = await measured(config, job.samples * 2);
      if (!trial) return "stopped";
      yield progress("again", trial);
    }
  }
  return end ?? "complete";
}

/** The trial of a variant that is not run for what it did at another size. */
function barred(job: TuneJob, config: Config, axes: Axes, bar: Trial): Trial {
  const { family, sourceHash, driver } = job;
  return {
    schemaVersion: SCHEMA_VERSION,
    family: family.name,
    variant: bar.variant,
    config,
    axes,
    status: "rejected",
    reason: `not tried: it ended in ${bar.status} at ${formatAxes(bar.axes)}${
      bar.reason ? ` (${bar.reason})` : ""
    }`,
    sourceHash,
    driver,
    at: new Date().toISOString(),
  };
}
