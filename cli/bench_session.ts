import { completeAxes, formatAxes } from "../kernels/core/axes.ts";
import type { Config } from "../kernels/core/space.ts";
import { parseConfig, splitVariant } from "../kernels/core/variant_id.ts";
import { familyNamed } from "../kernels/mod.ts";
import type { Ceilings, Trial } from "../profiles/schema.ts";
import { sourceHash } from "../profiles/source_hash.ts";
import { floorUs } from "../tuner/ceilings.ts";
import type { Workload } from "../tuner/workloads.ts";
import { chooseWorkloads, type WorkloadOptions } from "./choose_workloads.ts";
import { formatUs } from "./duration.ts";
import { GpuProcess } from "./gpu_process.ts";
import type { Backend } from "./open_backend.ts";
import { note, print, printJson, table } from "./output.ts";
import { TrialProcess } from "./trial_process.ts";
import { formatTiming } from "./tune_display.ts";
import { EXIT, UserError } from "./user_error.ts";
import { userPath } from "./user_path.ts";
import { winnerFor } from "./winner_for.ts";

export interface BenchOptions extends WorkloadOptions {
  readonly config?: string[];
  readonly backend?: Backend;
  readonly software?: true;
  readonly profiles?: string;
  readonly json?: true;
}

/** One timed variant and what its time means. */
interface Row {
  readonly workload: string;
  readonly axes: string;
  readonly from: string;
  readonly trial: Trial;
  readonly floorUs: number;
  readonly gigabytesPerSecond?: number;
  readonly tflops?: number;
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
  const gpu = await GpuProcess.start({ software, backend, onNotice: note });
  const { record, capabilities } = gpu;
  const trials = new TrialProcess(gpu);
  try {
    const ceilings = await gpu.request<Ceilings>("ceilings", {}, CEILINGS_TIMEOUT_MS);
    const workloads = chosen.pick(record.software, capabilities);
    const rows: Row[] = [];
    for (const workload of workloads) {
      const family = familyNamed(workload.family);
      const axes = completeAxes(family, workload.axes);
      for (const { config, from } of await configsOf(workload)) {
        const hash = await sourceHash(family);
        const trial = await trials.run(family.name, {
          config,
          axes,
          sourceHash: hash,
          ceilings,
          samples: SAMPLES,
          capUs: CAP_US,
        });
        const work = family.work(axes, config);
        const us = trial.timing?.medianUs;
        rows.push({
          workload: workload.name,
          axes: formatAxes(axes),
          from,
          trial,
          floorUs: floorUs(work, ceilings),
          ...(us !== undefined &&
            { gigabytesPerSecond: work.bytes / us / 1e3, tflops: work.flops / us / 1e6 }),
        });
        note(
          `${workload.name}: ${
            trial.timing ? formatTiming(trial.timing) : `${trial.status}: ${trial.reason}`
          }`,
        );
      }
    }
    if (options.json) await printJson({ device: record, ceilings, how: "measured", rows });
    else await print(...benchLines(rows, record.software));
    return rows.every((row) => row.trial.status === "passed") ? EXIT.ok : EXIT.failed;
  } finally {
    trials.close();
  }

  async function configsOf(workload: Workload): Promise<{ config: Config; from: string }[]> {
    const mine = asked.filter((a) => a.family === workload.family);
    if (mine.length > 0) return mine.map(({ config }) => ({ config, from: "asked for" }));
    const family = familyNamed(workload.family);
    const root = options.profiles === undefined ? undefined : userPath(options.profiles);
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

function benchLines(rows: readonly Row[], software: boolean): string[] {
  const cells = rows.map((row) => [
    row.workload,
    row.trial.timing ? formatTiming(row.trial.timing) : row.trial.status,
    formatUs(row.floorUs),
    row.trial.rooflinePercent === undefined ? "-" : `${row.trial.rooflinePercent.toFixed(1)} %`,
    row.gigabytesPerSecond === undefined ? "-" : row.gigabytesPerSecond.toPrecision(3),
    row.tflops === undefined ? "-" : row.tflops.toPrecision(3),
    row.trial.error === undefined ? "-" : row.trial.error.toExponential(1),
    row.trial.variant,
  ]);
  const truth = software ? ["Software adapter: these times say nothing about a GPU."] : [];
  return [
    ...table(["workload", "median", "floor", "roofline", "GB/s", "TFLOP/s", "error", "variant"], cells, [
      1,
      2,
      3,
      4,
      5,
      6,
    ]),
    ...truth,
  ];
}
