import type { AnyFamily } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import type { Timing, Trial, Winner } from "../profiles/schema.ts";
import type { ExportRequest, Tuned } from "./exporter.ts";
import { problemOf, type ProblemSize } from "./problem.ts";

/** A variant that passed at one size on one device, with its time. */
export interface Contender {
  readonly tuned: Tuned;
  readonly size: ProblemSize;
  readonly config: Config;
  readonly timing: Timing;
}

/** Everything that passed where a winner was chosen, by kernel. */
export interface KernelContenders {
  readonly kernel: string;
  readonly family: AnyFamily;
  /** A list for each winner, by time, of its device and size: the winner first. */
  readonly rounds: readonly (readonly Contender[])[];
}

/**
 * The winners and what they were chosen among: passed trials of the same size, storage, source, driver and clock, of
 * every variant the last one.
 */
export function contendersOf(request: ExportRequest): KernelContenders[] {
  const kernels = new Map<string, { family: AnyFamily; rounds: Contender[][] }>();
  for (const family of request.families) {
    for (const tuned of request.devices) {
      for (const winner of tuned.profile.winners.filter((w) => w.family === family.name)) {
        const { kernel, size } = problemOf(family, winner.axes, winner.config);
        const known = kernels.get(kernel) ?? { family, rounds: [] };
        kernels.set(kernel, known);
        const others = rivals(family, tuned, winner).map(({ config, timing }) => ({ config, timing }));
        const all = [{ config: winner.config, timing: winner.timing }, ...others];
        known.rounds.push(all.map((one) => ({ tuned, size, ...one })));
      }
    }
  }
  return [...kernels].map(([kernel, rest]) => ({ kernel, ...rest }));
}

type Passed = Trial & { timing: Timing };

function rivals(family: AnyFamily, tuned: Tuned, winner: Winner): Passed[] {
  const { kernel, size } = problemOf(family, winner.axes, winner.config);
  const call = `${kernel} ${size}`;
  const latest = new Map<string, Trial>();
  for (const trial of tuned.trials) {
    if (trial.family !== family.name || trial.sourceHash !== winner.sourceHash) continue;
    if (trial.driver !== tuned.profile.device.driver) continue;
    const other = problemOf(family, trial.axes, trial.config);
    if (`${other.kernel} ${other.size}` === call) latest.set(trial.variant, trial);
  }
  latest.delete(formatVariant(family.name, winner.config));
  return [...latest.values()].filter((trial): trial is Passed => trial.timing?.clock === winner.timing.clock)
    .sort((a, b) => a.timing.medianUs - b.timing.medianUs);
}
