import type { AnyFamily, Axes, Capabilities } from "../kernels/core/family.ts";
import { completeAxes } from "../kernels/core/axes.ts";
import { fit } from "../kernels/core/fit.ts";
import { type Config, initialConfig, storageChoices } from "../kernels/core/space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { blockKey, blocklist } from "../profiles/blocklist.ts";
import type { Ceilings, Trial } from "../profiles/schema.ts";
import { pin } from "./pin.ts";
import type { Strategy } from "./strategies/mod.ts";
import type { TrialRequest } from "./trial.ts";
import type { Workload } from "./workloads.ts";

/** One workload to tune, with what is known and how far to go. */
export interface TuneJob {
  readonly family: AnyFamily;
  readonly workload: Workload;
  readonly strategy: Strategy;
  readonly capabilities: Capabilities;
  readonly ceilings: Ceilings;
  readonly sourceHash: string;
  readonly driver: string;
  /** Trials of earlier runs: replayed to the strategy, never measured again. */
  readonly known: readonly Trial[];
  /** New trials at most. */
  readonly budget: number;
  readonly seed: number;
  /** `performance.now()` after which nothing new starts. */
  readonly deadline: number;
  readonly samples: number;
  readonly capUs: number;
  readonly start?: Config;
  readonly signal?: AbortSignal;
  run(request: TrialRequest): Promise<Trial>;
}

/** A trial of the search as it came, and the best passed one so far. */
export interface TuneProgress {
  readonly trial: Trial;
  readonly isNew: boolean;
  readonly best?: Trial;
  readonly baseline?: Trial;
}

/** Why a job ended. */
export type TuneEnd = "complete" | "out of time" | "out of trials" | "stopped";

/** A call this much slower than the best is measured three times only. */
const GIVE_UP_FACTOR = 1.5;
/** Finalists within this share of the best are measured again, turn by turn. */
const FINALIST_SHARE = 1.05;
const MOST_FINALISTS = 4;

/** Searches one workload: yields every trial, old and new, and returns why it ended. */
export async function* tune(job: TuneJob): AsyncGenerator<TuneProgress, TuneEnd> {
  const { family, workload } = job;
  const axes = completeAxes(family, workload.axes);
  const space = pin(family.space, {
    ...storageChoices(family.space, initialConfig(family.space)),
    ...workload.storage,
  });
  const usable = job.known.filter((t) =>
    t.sourceHash === job.sourceHash && t.driver === job.driver && t.family === family.name
  );
  const known = new Map(usable.map((t) => [blockKey(t.variant, t.axes), t]));
  const blocked = blocklist(usable, { driver: job.driver, sourceHash: job.sourceHash });
  const search = job.strategy.search(space, {
    budget: Number.MAX_SAFE_INTEGER,
    seed: job.seed,
    start: job.start,
    isFeasible: (config) => canRun(family, axes, config, job.capabilities),
  });
  const baselineId = formatVariant(family.name, initialConfig(space));
  const fresh = new Set<string>();
  let best: Trial | undefined;
  let baseline: Trial | undefined;
  let left = job.budget;
  let end: TuneEnd = "complete";

  const request = (config: Config, samples: number): TrialRequest => ({
    config,
    axes,
    sourceHash: job.sourceHash,
    ceilings: job.ceilings,
    samples,
    giveUpUs: best?.timing && best.timing.medianUs * GIVE_UP_FACTOR,
    capUs: job.capUs,
  });

  for (let next = search.next(); !next.done;) {
    const config = next.value;
    const id = formatVariant(family.name, config);
    const key = blockKey(id, axes);
    let trial = known.get(key);
    const isNew = trial === undefined;
    if (isNew) {
      if (job.signal?.aborted) end = "stopped";
      else if (performance.now() >= job.deadline) end = "out of time";
      else if (left <= 0) end = "out of trials";
      if (end !== "complete") break;
      left--;
      trial = await job.run(request(config, job.samples));
      known.set(key, trial);
      fresh.add(id);
    }
    if (blocked.has(key) && isNew) throw new Error("a blocked variant is always known");
    if (id === baselineId) baseline = trial;
    if (trial!.timing && (best?.timing === undefined || trial!.timing.medianUs < best.timing.medianUs)) {
      best = trial;
    }
    yield { trial: trial!, isNew, best, baseline };
    next = search.next({ medianUs: trial!.timing?.medianUs });
  }
  if (fresh.size > 0 && end !== "stopped") {
    for (const trial of finalists(known.values(), axes, best)) {
      if (job.signal?.aborted) return "stopped";
      const again = await job.run({ ...request(trial.config, job.samples * 2), giveUpUs: undefined });
      yield {
        trial: again,
        isNew: true,
        best: trial.variant === best?.variant && again.timing ? again : best,
        baseline,
      };
    }
  }
  return end;
}

/** The best trials of one size, close enough to be measured against each other once more. */
function finalists(trials: Iterable<Trial>, axes: Axes, best: Trial | undefined): Trial[] {
  if (!best?.timing) return [];
  const limit = best.timing.medianUs * FINALIST_SHARE;
  const size = blockKey("", axes);
  const close = [...trials].filter((t) =>
    t.timing && t.timing.medianUs <= limit && blockKey("", t.axes) === size
  )
    .sort((a, b) => a.timing!.medianUs - b.timing!.medianUs).slice(0, MOST_FINALISTS);
  return close.length > 1 ? close : [];
}

function canRun(family: AnyFamily, axes: Axes, config: Config, device: Capabilities): boolean {
  try {
    fit(family.plan(axes, config, device), device);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
