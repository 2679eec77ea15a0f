import { completeAxes } from "../../../kernels/core/axes.ts";
import type { AnyFamily } from "../../../kernels/core/family.ts";
import { refusal } from "../../../kernels/core/fit.ts";
import { initialConfig } from "../../../kernels/core/space.ts";
import { formatVariant } from "../../../kernels/core/variant_id.ts";
import { familyNamed } from "../../../kernels/mod.ts";
import { SCHEMA_VERSION } from "../../../profiles/schema.ts";
import { sourceHash } from "../../../profiles/source_hash.ts";
import type { Upload } from "../../../profiles/upload.ts";
import { chooseWinners } from "../../../profiles/winners.ts";
import { measureCeilings } from "../../../tuner/ceilings.ts";
import type { OpenDevice } from "../../../tuner/open_device.ts";
import { possibleStorage } from "../../../tuner/possible_storage.ts";
import { coordinate } from "../../../tuner/strategies/coordinate.ts";
import { TrialRunner } from "../../../tuner/trial.ts";
import { storageOf, tune, variantsOf } from "../../../tuner/tune.ts";
import { BROWSER_WORKLOADS, SOFTWARE_WORKLOADS, type Workload } from "../../../tuner/workloads.ts";
import { tunableChanges } from "../tunable_changes.ts";
import type { FinishRequest, FromWorker, TuneRequest } from "./protocol.ts";

const SEED = 1;
/** As the command line's: a CPU has no watchdog and no display to hold up. */
const GPU = { samples: 11, capUs: 200_000 };
const SOFTWARE = { samples: 5, capUs: 2_000_000 };

/** Searches the workloads asked for, one after the other, and tells all of it to `post`. */
export async function search(
  opened: OpenDevice,
  request: TuneRequest,
  signal: AbortSignal,
  post: (message: FromWorker) => void,
): Promise<void> {
  const { record, capabilities } = opened;
  if (!request.ceilings) post({ kind: "measuring" });
  const ceilings = request.ceilings ?? await measureCeilings(opened);
  post({ kind: "ceilings", ceilings });
  const { samples, capUs } = record.software ? SOFTWARE : GPU;
  const runners = new Map<AnyFamily, TrialRunner>();
  const known = [...request.known];
  const deadline = performance.now() + request.budgetMs;
  for (let index = request.first; index < request.workloads.length && !signal.aborted; index++) {
    const asked = workloadNamed(request.workloads[index]);
    const family = familyNamed(asked.family);
    const workload = { ...asked, storage: possibleStorage(family, asked.storage, capabilities) };
    const hash = await sourceHash(family);
    const runner = runners.get(family) ?? new TrialRunner(opened, family);
    runners.set(family, runner);
    const config = { ...initialConfig(family.space), ...storageOf(family, workload) };
    const axes = completeAxes(family, workload.axes);
    const refused = refusal(family, axes, config, capabilities);
    post({
      kind: "workload",
      index,
      variants: variantsOf(family, workload),
      ...(refused && { refused }),
    });
    const now = performance.now();
    const job = tune({
      family,
      workload,
      strategy: coordinate,
      capabilities,
      ceilings,
      sourceHash: hash,
      driver: record.driver,
      known: known.filter((trial) => trial.family === family.name),
      budget: Infinity,
      seed: SEED,
      deadline: now + (deadline - now) / (request.workloads.length - index),
      samples,
      capUs,
      signal,
      run: (trial) => {
        post({
          kind: "begun",
          trial: {
            schemaVersion: SCHEMA_VERSION,
            family: family.name,
            variant: formatVariant(family.name, trial.config),
            config: trial.config,
            axes: trial.axes,
            sourceHash: hash,
            driver: record.driver,
          },
        });
        return runner.run(trial, (phase) => post({ kind: "phase", phase }));
      },
    });
    let step = await job.next();
    for (; !step.done; step = await job.next()) {
      const { trial, kind, best, baseline } = step.value;
      if (kind !== "known") known.push(trial);
      const changes = tunableChanges(family.name, trial.config);
      const seen = { isKnown: kind === "known", isAgain: kind === "again" };
      post({ kind: "trial", index, trial, ...seen, changes, best, baseline });
      if (trial.status === "device_lost" && kind !== "known") {
        return post({ kind: "lost", reason: trial.reason ?? "the device was lost" });
      }
    }
    if (step.value !== "stopped") post({ kind: "workloadEnd", index, end: step.value });
  }
  post({ kind: "done", isPaused: signal.aborted });
}

/** The profile of what was measured. */
export async function profileOf({ record, ceilings, trials }: FinishRequest): Promise<Upload> {
  const names = [...new Set(trials.map((trial) => trial.family))];
  const winners = await Promise.all(names.map(async (name) => {
    const family = familyNamed(name);
    return chooseWinners(trials, { family, sourceHash: await sourceHash(family), driver: record.driver });
  }));
  return {
    schemaVersion: SCHEMA_VERSION,
    profile: {
      schemaVersion: SCHEMA_VERSION,
      device: record,
      ceilings,
      winners: winners.flat(),
      updatedAt: new Date().toISOString(),
    },
    trials: [...trials],
  };
}

function workloadNamed(name: string): Workload {
  const workload = [...BROWSER_WORKLOADS, ...SOFTWARE_WORKLOADS].find((w) => w.name === name);
  if (!workload) throw new RangeError(`Unknown workload "${name}"`);
  return workload;
}
