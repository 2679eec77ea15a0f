import { familyNamed } from "../kernels/mod.ts";
import { type Ceilings, type Profile, SCHEMA_VERSION, type Trial, type Winner } from "../profiles/schema.ts";
import { sourceHash } from "../profiles/source_hash.ts";
import { defaultRoot, ProfileStore } from "../profiles/store_fs.ts";
import { chooseWinners } from "../profiles/winners.ts";
import { strategyNamed } from "../tuner/strategies/mod.ts";
import { tune } from "../tuner/tune.ts";
import type { Workload } from "../tuner/workloads.ts";
import { chooseWorkloads, type WorkloadOptions } from "./choose_workloads.ts";
import { GpuProcess } from "./gpu_process.ts";
import { note, print, printJson } from "./output.ts";
import { TrialProcess } from "./trial_process.ts";
import { TuneDisplay, winnerLines } from "./tune_display.ts";
import { EXIT } from "./user_error.ts";
import { userPath } from "./user_path.ts";

export interface TuneOptions extends WorkloadOptions {
  readonly budget?: number;
  readonly trials?: number;
  readonly strategy: string;
  readonly seed: number;
  readonly software?: true;
  readonly profiles?: string;
  readonly json?: true;
}

const GPU_BUDGET_MS = 120_000;
const SOFTWARE_BUDGET_MS = 60_000;
const CAP_US = 200_000;
const CEILINGS_TIMEOUT_MS = 60_000;

/** Tunes every chosen workload and returns the exit code. */
export async function runTune(options: TuneOptions): Promise<number> {
  const chosen = chooseWorkloads(options);
  const strategy = strategyNamed(options.strategy);
  const gpuOptions = { software: options.software ?? false, backend: "builtin", onNotice: note } as const;
  const gpu = await GpuProcess.start(gpuOptions);
  const { record, capabilities } = gpu;
  const workloads = chosen.pick(record.software, capabilities);
  const budgetMs = options.budget ?? (record.software ? SOFTWARE_BUDGET_MS : GPU_BUDGET_MS);
  note(
    `Device: ${record.description}, ${
      record.software ? "a SOFTWARE adapter: its times say nothing about a GPU" : "GPU"
    }, ${record.runtime}.`,
  );

  const stop = new AbortController();
  const interrupt = () => stop.abort();
  Deno.addSignalListener("SIGINT", interrupt);
  const trials = new TrialProcess(gpu);
  using store = await ProfileStore.open(
    options.profiles ? userPath(options.profiles) : defaultRoot(),
    record,
  );
  try {
    await store.acquire({
      onWait: (pid) =>
        note(`Another tuner${pid ? ` (process ${pid})` : ""} works on this profile; waiting for it to end.`),
      signal: stop.signal,
    });
    const start = performance.now();
    const profile = await store.readProfile();
    const ceilings = usableCeilings(profile, record.driver) ??
      await gpu.request<Ceilings>("ceilings", {}, CEILINGS_TIMEOUT_MS);
    const display = new TuneDisplay(workloads.length, budgetMs);
    let winners: Winner[] = profile?.winners ?? [];
    let added = 0;
    let finished = true;
    const ends: { workload: Workload; end: string }[] = [];
    const save = () =>
      store.writeProfile({
        schemaVersion: SCHEMA_VERSION,
        device: record,
        ceilings,
        winners,
        updatedAt: new Date().toISOString(),
      });
    for (const [i, workload] of workloads.entries()) {
      const family = familyNamed(workload.family);
      const hash = await sourceHash(family);
      const stored = await store.trials(family.name);
      for (const warning of stored.warnings) note(warning);
      const all: Trial[] = stored.trials;
      const now = performance.now();
      const deadline = now + (start + budgetMs - now) / (workloads.length - i);
      display.begin(workload, all.length);
      const job = tune({
        family,
        workload,
        strategy,
        capabilities,
        ceilings,
        sourceHash: hash,
        driver: record.driver,
        known: all,
        budget: options.trials === undefined ? Number.MAX_SAFE_INTEGER : options.trials - added,
        seed: options.seed,
        deadline,
        samples: record.software ? 5 : 11,
        capUs: CAP_US,
        signal: stop.signal,
        run: (request) => trials.run(family.name, request),
      });
      let end;
      for (let step = await job.next();; step = await job.next()) {
        if (step.done) {
          end = step.value;
          break;
        }
        if (step.value.kind === "known") continue;
        added++;
        all.push(step.value.trial);
        await store.append(step.value.trial);
        display.show(step.value, performance.now() - start);
      }
      display.end(end);
      ends.push({ workload, end });
      finished &&= end === "complete";
      const mine = chooseWinners(all, { family, sourceHash: hash, driver: record.driver });
      const buckets = new Set(mine.map((w) => w.bucket));
      winners = [...winners.filter((w) => w.family !== family.name || !buckets.has(w.bucket)), ...mine];
      if (added > 0 || profile === undefined) await save();
      if (stop.signal.aborted) break;
    }
    if (added === 0 && finished) note("Nothing left to do: every variant this search asks for is known.");
    const chosenWinners = winners.filter((w) => workloads.some((x) => x.family === w.family));
    const result = {
      device: record,
      ceilings,
      newTrials: added,
      workloads: ends,
      winners: chosenWinners,
      profile: store.folder,
    };
    if (options.json) await printJson(result);
    else await print(...winnerLines(chosenWinners, record), `Profile: ${store.folder}`);
    return stop.signal.aborted ? EXIT.interrupted : EXIT.ok;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
    trials.close();
  }
}

/** Stored ceilings, where they were measured under the same driver. */
function usableCeilings(profile: Profile | undefined, driver: string): Ceilings | undefined {
  return profile?.device.driver === driver ? profile.ceilings : undefined;
}
