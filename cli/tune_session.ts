import { completeAxes } from "../kernels/core/axes.ts";
import { familyNamed } from "../kernels/mod.ts";
import { type Ceilings, SCHEMA_VERSION, type Trial, type Winner } from "../profiles/schema.ts";
import { sourceHash } from "../profiles/source_hash.ts";
import { defaultRoot, ProfileStore } from "../profiles/store_fs.ts";
import { chooseWinners, replaceWinners } from "../profiles/winners.ts";
import { type Strategy, strategyNamed } from "../tuner/strategies/mod.ts";
import { tune, variantsOf } from "../tuner/tune.ts";
import { deviceLine } from "./device_lines.ts";
import { chooseWorkloads, type ChosenWorkloads, type WorkloadOptions } from "./choose_workloads.ts";
import { CompileAhead, SLOW_COMPILE_MS } from "./compile_ahead.ts";
import { followSearch, type WorkloadEnd } from "./follow_search.ts";
import { GpuDied, GpuProcess } from "./gpu_process.ts";
import type { Backend } from "./open_backend.ts";
import { note, print, printJson } from "./output.ts";
import { TrialProcess } from "./trial_process.ts";
import { TuneDisplay, winnerLines } from "./tune_display.ts";
import { untilInterrupted } from "./until_interrupted.ts";
import { usableCeilings } from "./usable_ceilings.ts";
import { EXIT } from "./user_error.ts";
import { shownPath, userPath } from "./user_path.ts";
import { warmStart } from "./warm_start.ts";

export interface TuneOptions extends WorkloadOptions {
  readonly budget?: number;
  readonly trials?: number;
  readonly strategy: string;
  readonly seed: number;
  readonly backend?: Backend;
  readonly software?: true;
  readonly profiles?: string;
  readonly json?: true;
}

const GPU_BUDGET_MS = 120_000;
const SOFTWARE_BUDGET_MS = 60_000;
const GPU_CAP_US = 200_000;
/** A CPU has no watchdog and no display to hold up: there the cap only bounds a trial. */
const SOFTWARE_CAP_US = 2_000_000;
const CEILINGS_TIMEOUT_MS = 60_000;

/** Tunes every chosen workload and returns the exit code. Ctrl-C drops the trial under way and keeps the others. */
export async function runTune(options: TuneOptions): Promise<number> {
  const chosen = chooseWorkloads(options);
  const strategy = strategyNamed(options.strategy);
  const gpu = await GpuProcess.start({
    software: options.software ?? false,
    backend: options.backend,
    onNotice: note,
  });
  const trials = new TrialProcess(gpu);
  return await untilInterrupted(trials, (signal) => tuneAll(options, chosen, strategy, gpu, trials, signal));
}

async function tuneAll(
  options: TuneOptions,
  chosen: ChosenWorkloads,
  strategy: Strategy,
  gpu: GpuProcess,
  trials: TrialProcess,
  signal: AbortSignal,
): Promise<number> {
  const { record, capabilities } = gpu;
  const workloads = chosen.pick(record.software, capabilities);
  const budgetMs = options.budget ?? (record.software ? SOFTWARE_BUDGET_MS : GPU_BUDGET_MS);
  using store = await ProfileStore.open(
    options.profiles ? userPath(options.profiles) : defaultRoot(),
    record,
  );
  note(deviceLine(record));
  await store.acquire({
    onWait: (pid) =>
      note(`Another tuner${pid ? ` (process ${pid})` : ""} works on this profile; waiting for it to end.`),
    signal,
  });

  const start = performance.now();
  const profile = await store.readProfile();
  const ceilings = usableCeilings(profile, gpu) ??
    await gpu.request<Ceilings>("ceilings", {}, CEILINGS_TIMEOUT_MS);
  let winners: Winner[] = profile?.winners ?? [];
  let saved = profile && JSON.stringify([profile.device, profile.ceilings, profile.winners]);
  const save = async () => {
    const content = JSON.stringify([record, ceilings, winners]);
    if (content === saved) return;
    const updatedAt = new Date().toISOString();
    await store.writeProfile({ schemaVersion: SCHEMA_VERSION, device: record, ceilings, winners, updatedAt });
    saved = content;
  };
  await save(); // the ceilings: a run that is killed must not measure them again

  const cores = navigator.hardwareConcurrency;
  using ahead = new CompileAhead(() => gpu.twin(), record.software ? 0 : Math.min(4, Math.floor(cores / 4)));
  let isSlow = false; // whether compiling takes long enough to be worth it
  const display = new TuneDisplay(workloads.length, budgetMs);
  let left = options.trials ?? Infinity;
  let lost: GpuDied | undefined;
  const ends: WorkloadEnd[] = [];
  const hashes = new Map<string, string>();
  for (const [i, workload] of workloads.entries()) {
    const family = familyNamed(workload.family);
    const hash = await sourceHash(family);
    hashes.set(family.name, hash);
    const stored = await store.trials(family.name);
    for (const warning of stored.warnings) note(warning);
    const all: Trial[] = stored.trials;
    const now = performance.now();
    display.begin(workload, variantsOf(family, workload), all.length);
    const job = tune({
      family,
      workload,
      strategy,
      capabilities,
      ceilings,
      sourceHash: hash,
      driver: record.driver,
      known: [...all],
      budget: left,
      seed: options.seed,
      deadline: now + (start + budgetMs - now) / (workloads.length - i),
      start: warmStart({ family, workload, sourceHash: hash, driver: record.driver, trials: all, winners }),
      samples: record.software ? 5 : 11,
      capUs: record.software ? SOFTWARE_CAP_US : GPU_CAP_US,
      signal,
      ahead: (likely) => isSlow && ahead.ask(family.name, completeAxes(family, workload.axes), likely()),
      run: (request) => trials.run(family.name, request, (phase) => display.phase(phase)),
    });
    const { end, died } = await followSearch(workload, job, async (progress) => {
      if (progress.kind === "new") left--;
      all.push(progress.trial);
      isSlow ||= (progress.trial.compileMs ?? 0) > SLOW_COMPILE_MS;
      await store.append(progress.trial);
      display.show(progress, performance.now() - start);
    });
    lost = died;
    display.end(end.end);
    ends.push(end);
    const mine = chooseWinners(all, { family, sourceHash: hash, driver: record.driver });
    winners = replaceWinners(winners, family.name, mine);
    await save();
    if (lost || signal.aborted) break;
  }

  const newTrials = ends.reduce((sum, e) => sum + e.newTrials, 0);
  if (newTrials === 0 && ends.every((e) => e.end === "complete")) {
    note("Nothing left to do: every variant this search asks for is known.");
  }
  for (const { workload, nothingPassed } of ends) {
    if (nothingPassed) note(`No variant of ${workload.name} passed; the last one: ${nothingPassed}`);
  }
  // Winners of older source code stand in the profile until they are tuned again, and say nothing of this one.
  const shown = winners.filter((w) => hashes.get(w.family) === w.sourceHash);
  if (options.json) {
    const result = { device: record, ceilings, newTrials, workloads: ends, winners: shown };
    await printJson({ ...result, profile: store.folder });
  } else await print(...winnerLines(shown, record), `Profile: ${shownPath(store.folder)}`);
  if (signal.aborted) return EXIT.interrupted;
  if (lost) note(`The run failed: ${lost.message}`);
  return lost || ends.some((e) => e.nothingPassed) ? EXIT.failed : EXIT.ok;
}
