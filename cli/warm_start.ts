import { completeAxes } from "../kernels/core/axes.ts";
import type { AnyFamily } from "../kernels/core/family.ts";
import { type Config, FORMULATION, initialConfig, type Space } from "../kernels/core/space.ts";
import { bucketOf } from "../profiles/buckets.ts";
import { nearestWinner } from "../profiles/nearest_winner.ts";
import type { Trial, Winner } from "../profiles/schema.ts";
import { isOfSize, storageOf } from "../tuner/tune.ts";
import type { Workload } from "../tuner/workloads.ts";

/**
 * Where the search of a workload begins: where it began before, so that a second run walks the same way and asks for
 * nothing new; else at the winner nearest to it, which may be its own of another source or driver, of other head
 * sizes, or of a family with the same tunables. The search passes over a start that can't run.
 */
export function warmStart(
  { family, workload, sourceHash, driver, trials, winners }: {
    family: AnyFamily;
    workload: Workload;
    sourceHash: string;
    driver: string;
    /** Of the family, oldest first. */
    trials: readonly Trial[];
    winners: readonly Winner[];
  },
): Config | undefined {
  const axes = completeAxes(family, workload.axes);
  const storage = storageOf(family, workload);
  const began = trials.find((trial) =>
    trial.sourceHash === sourceHash && trial.driver === driver && isOfSize(trial, axes, storage)
  );
  const bucket = bucketOf(family.name, axes, storage);
  const akin = winners.filter(({ config }) =>
    Object.keys(config).every((name) => name in family.space.tunables)
  );
  const config = began?.config ?? nearestWinner(winners, bucket, sourceHash)?.config ??
    nearestWinner(akin, bucket, sourceHash, { akin: true })?.config;
  return config && { ...completed(family.space, config), ...storage };
}

/** What `config` says as far as the space still has it, and initial values for what is new. */
function completed(space: Space, config: Config): Config {
  const known = (name: string) => space.tunables[name]?.values.includes(config[name]) ?? false;
  const formulation = known(FORMULATION) ? config[FORMULATION] : undefined;
  const initial = initialConfig(space, formulation);
  return Object.fromEntries(
    Object.keys(initial).map((name) => [name, known(name) ? config[name] : initial[name]]),
  );
}
