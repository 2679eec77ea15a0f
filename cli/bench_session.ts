import { completeAxes, formatAxes } from "../kernels/core/axes.ts";
import type { Axes } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";
import { parseConfig, splitVariant } from "../kernels/core/variant_id.ts";
import { familyNamed } from "../kernels/mod.ts";
import type { Ceilings, Trial } from "../profiles/schema.ts";
import { sourceHash } from "../profiles/source_hash.ts";
import type { StageTimes } from "../profiles/stages.ts";
import { floorUs } from "../tuner/ceilings.ts";
import type { StagesRequest } from "../tuner/stages.ts";
import type { Workload } from "../tuner/workloads.ts";
import { benchLines, type BenchRow, stageLines } from "./bench_lines.ts";
import { integratedLines, type IntegratedRow, integratedRow } from "./bench_integrated.ts";
import { windowsLines, type WindowsRow, windowsRow } from "./bench_windows.ts";
import { chooseWorkloads, type WorkloadOptions } from "./choose_workloads.ts";
import { GpuProcess } from "./gpu_process.ts";
import { keepStages } from "./keep_stages.ts";
import type { Backend } from "./open_backend.ts";
import { note, print, printJson } from "./output.ts";
import { TrialProcess } from "./trial_process.ts";
import { formatTiming } from "./tune_display.ts";
import { EXIT, UserError } from "./user_error.ts";
import { userPath } from "./user_path.ts";
import { winnerFor } from "./winner_for.ts";

export interface BenchOptions extends WorkloadOptions {
  readonly config?: string[];
  readonly stages?: true;
  readonly windows?: true;
  readonly integrate?: true;
  readonly backend?: Backend;
  readonly software?: true;
  readonly profiles?: string;
  readonly json?: true;
}

const CEILINGS_TIMEOUT_MS = 60_000;
/** A timing may take long where a search would refuse it: 10 s for one dispatch. */
const CAP_US = 10_000_000;
const SAMPLES = 15;

/** Times every chosen workload and returns the exit code: 1 where a variant did not pass. */
export async function runBench(options: BenchOptions): Promise<number> {
  const chosen = chooseWorkloads(options);
  const asked = (options.config ?? []).map((id): { family: string; config: Config } => {
    const { family, assignments } = splitVariant(id);
    return { family, config: parseConfig(family, familyNamed(family).space, assignments) };
  });
  const idle = asked.find((a) => !chosen.families.includes(a.family));
  if (idle) {
    throw new UserError(`Cannot time a variant of ${idle.family}: no chosen workload is of that family`);
  }
  const { backend, software = false } = options;
  const root = options.profiles === undefined ? undefined : userPath(options.profiles);
  const gpu = await GpuProcess.start({ software, backend, onNotice: note });
  const { record, capabilities } = gpu;
  const trials = new TrialProcess(gpu);
  try {
    const workloads = chosen.pick(record.software, capabilities);
    if (options.windows) return await compareWindows(workloads);
    const ceilings = await gpu.request<Ceilings>("ceilings", {}, CEILINGS_TIMEOUT_MS);
    if (options.integrate) return await integrate(workloads, ceilings);
    const rows: BenchRow[] = [];
    for (const workload of workloads) {
      const family = familyNamed(workload.family);
      const axes = completeAxes(family, workload.axes);
      for (const { config, from } of await configsOf(workload)) {
        const trial = await trialOf(family.name, config, axes, ceilings);
        const work = family.work(axes, config);
        const us = trial.timing?.medianUs;
        note(
          `${workload.name}: ${
            trial.timing ? formatTiming(trial.timing) : `${trial.status}: ${trial.reason}`
          }`,
        );
        const goalUs = workload.goalUs?.[record.backend];
        const stages = options.stages && trial.timing && await stagesOf(workload, axes, config, ceilings);
        if (stages) note(await keepStages(record, trial, stages, root));
        rows.push({
          workload: workload.name,
          axes: formatAxes(axes),
          from,
          trial,
          floorUs: floorUs(work, ceilings),
          ...(goalUs !== undefined && { goalUs }),
          ...(us !== undefined &&
            { gigabytesPerSecond: work.bytes / us / 1e3, tflops: work.flops / us / 1e6 }),
          ...(stages && { stages }),
        });
      }
    }
    if (options.json) await printJson({ device: record, ceilings, how: "measured", rows });
    else await print(...benchLines(rows, record), ...stageLines(rows));
    return rows.every((row) => row.trial.status === "passed") ? EXIT.ok : EXIT.failed;
  } finally {
    trials.close();
  }

  async function trialOf(name: string, config: Config, axes: Axes, ceilings: Ceilings): Promise<Trial> {
    const hash = await sourceHash(familyNamed(name));
    return await trials.run(name, {
      config,
      axes,
      sourceHash: hash,
      ceilings,
      samples: SAMPLES,
      capUs: CAP_US,
    });
  }

  async function integrate(workloads: readonly Workload[], ceilings: Ceilings): Promise<number> {
    const rows: IntegratedRow[] = [];
    for (const workload of workloads) {
      for (const choice of await configsOf(workload)) {
        const run = async (axes: Axes) => {
          const trial = await trialOf(workload.family, choice.config, axes, ceilings);
          if (trial.timing) note(`${workload.name} at ${formatAxes(axes)}: ${formatTiming(trial.timing)}`);
          return trial;
        };
        rows.push(await integratedRow(run, workload, choice));
      }
    }
    if (options.json) await printJson({ device: record, rows });
    else await print(...integratedLines(rows, record));
    return rows.every((row) => row.passed) ? EXIT.ok : EXIT.failed;
  }

  async function compareWindows(workloads: readonly Workload[]): Promise<number> {
    const rows: WindowsRow[] = [];
    for (const workload of workloads) {
      for (const choice of await configsOf(workload)) rows.push(await windowsRow(gpu, workload, choice));
    }
    if (options.json) await printJson({ device: record, rows });
    else await print(...windowsLines(rows, record));
    return rows.every((row) => row.passed) ? EXIT.ok : EXIT.failed;
  }

  /** Undefined, and the reason told, where a stage can't be timed: the row stands without it. */
  async function stagesOf(
    { family, name }: Workload,
    axes: Axes,
    config: Config,
    ceilings: Ceilings,
  ): Promise<StageTimes | undefined> {
    const request: StagesRequest = { config, axes, ceilings, samples: SAMPLES, capUs: CAP_US };
    try {
      return await trials.request<StageTimes>("stages", { family, ...request });
    } catch (error) {
      note(`No stages of ${name}: ${(error as Error).message}`);
      return undefined;
    }
  }

  async function configsOf(workload: Workload): Promise<{ config: Config; from: string }[]> {
    const mine = asked.filter((a) => a.family === workload.family);
    if (mine.length > 0) return mine.map(({ config }) => ({ config, from: "asked for" }));
    const family = familyNamed(workload.family);
    const choice = await winnerFor(
      family,
      completeAxes(family, workload.axes),
      { record, capabilities },
      workload.storage,
      root,
    );
    for (const notice of choice.notices) note(notice);
    return [{ config: choice.config, from: choice.from }];
  }
}
