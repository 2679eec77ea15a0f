import type { AnyFamily } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";
import type { Timing } from "../profiles/schema.ts";
import type { ExportRequest, Tuned } from "./exporter.ts";
import { problemOf, type ProblemSize } from "./problem.ts";
import { rivalsOf } from "./rivals.ts";

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
  /** A list for each winner, all of one device and size: the winner, then its rivals, fastest first. */
  readonly rounds: readonly (readonly Contender[])[];
}

/** The winners and their rivals, kernel by kernel. */
export function contendersOf(request: ExportRequest): KernelContenders[] {
  const kernels = new Map<string, { family: AnyFamily; rounds: Contender[][] }>();
  for (const family of request.families) {
    for (const tuned of request.devices) {
      for (const winner of tuned.profile.winners.filter((w) => w.family === family.name)) {
        const { kernel, size } = problemOf(family, winner.axes, winner.config);
        const known = kernels.get(kernel) ?? { family, rounds: [] };
        kernels.set(kernel, known);
        const others = rivalsOf(tuned, family, winner).filter(({ variant }) => variant !== winner.variant)
          .sort((a, b) => a.timing.medianUs - b.timing.medianUs);
        known.rounds.push([winner, ...others].map(({ config, timing }) => ({ tuned, size, config, timing })));
      }
    }
  }
  return [...kernels].map(([kernel, rest]) => ({ kernel, ...rest }));
}
