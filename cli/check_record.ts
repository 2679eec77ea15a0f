import { closest } from "../kernels/core/closest.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { families } from "../kernels/mod.ts";
import { sourceHash } from "../profiles/source_hash.ts";
import { trialProblem } from "../profiles/trial_problem.ts";
import type { ReadRecord } from "./read_record.ts";
import { UserError } from "./user_error.ts";

/**
 * Throws UserError, which names the place, where a trial is of no known family, or of a variant or size its family does
 * not have. Trials of other source code are held to their own words only: their space may have been another.
 */
export async function checkRecord({ record, places }: ReadRecord): Promise<void> {
  const known = families.map(({ name }) => name);
  for (const trial of [...record.trials, ...record.comparisonTrials ?? []]) {
    const refuse = (why: string) => new UserError(`Cannot import ${places.get(trial)}: ${why}`);
    const family = families.find(({ name }) => name === trial.family);
    if (!family) throw refuse(`unknown family "${trial.family}"${closest(trial.family, known)}`);
    if (trial.variant !== formatVariant(trial.family, trial.config)) {
      throw refuse(`${trial.variant} is not its config's variant`);
    }
    const problem = trial.sourceHash === await sourceHash(family) ? trialProblem(family, trial) : undefined;
    if (problem) throw refuse(problem);
  }
}
