import type { TuneEnd, TuneProgress } from "../tuner/tune.ts";
import type { Workload } from "../tuner/workloads.ts";
import { GpuDied } from "./gpu_process.ts";

/** How the search of a workload ended; `device lost` where the device did not come back. */
export interface WorkloadEnd {
  readonly workload: Workload;
  readonly end: TuneEnd | "device lost";
  readonly newTrials: number;
  /** The last failure, where no variant of the workload has passed. */
  readonly nothingPassed?: string;
}

/**
 * Goes through a search to its end and hands `keep` every trial that is not known yet. Where the device does not come
 * back, the search ends there, with the reason in `died`.
 */
export async function followSearch(
  workload: Workload,
  job: AsyncGenerator<TuneProgress, TuneEnd>,
  keep: (progress: TuneProgress) => Promise<void>,
): Promise<{ end: WorkloadEnd; died?: GpuDied }> {
  let end: WorkloadEnd["end"] | undefined;
  let newTrials = 0;
  let failure: string | undefined;
  let passed = false;
  let died: GpuDied | undefined;
  while (end === undefined) {
    try {
      const step = await job.next();
      if (step.done) {
        end = step.value;
        continue;
      }
      const { kind, trial, best } = step.value;
      passed = best !== undefined;
      failure = trial.reason ?? failure;
      if (kind === "known") continue;
      newTrials++;
      await keep(step.value);
    } catch (error) {
      if (!(error instanceof GpuDied)) throw error;
      died = error;
      end = "device lost";
    }
  }
  return { end: { workload, end, newTrials, ...(!passed && failure && { nothingPassed: failure }) }, died };
}
