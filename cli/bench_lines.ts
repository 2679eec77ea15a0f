import type { DeviceRecord, Trial } from "../profiles/schema.ts";
import type { PassTime, StageTimes } from "../profiles/stages.ts";
import { GOALS_FOR } from "../tuner/workloads.ts";
import { softwareLines } from "./device_lines.ts";
import { formatUs } from "./duration.ts";
import { table } from "./output.ts";
import { formatTiming } from "./tune_display.ts";

/** One timed variant and what its time means. */
export interface BenchRow {
  readonly workload: string;
  readonly axes: string;
  readonly from: string;
  readonly trial: Trial;
  readonly floorUs: number;
  /** What the workload should take under this backend, on the device goals are set for. */
  readonly goalUs?: number;
  readonly gigabytesPerSecond?: number;
  readonly tflops?: number;
  readonly stages?: StageTimes;
}

/** The table of `bench`: a row per variant, with goal and ratio where the workloads have goals. */
export function benchLines(rows: readonly BenchRow[], device: DeviceRecord): string[] {
  const goals = rows.some((row) => row.goalUs !== undefined);
  const head = ["workload", "median", "floor", "roofline", "GB/s", "TFLOP/s", "error", "variant"];
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
  if (goals) {
    head.splice(1, 0, "goal");
    head.splice(3, 0, "median/goal");
    for (const [i, { goalUs, trial }] of rows.entries()) {
      const ratio = goalUs && trial.timing && trial.timing.medianUs / goalUs;
      cells[i].splice(1, 0, goalUs ? formatUs(goalUs) : "-");
      cells[i].splice(3, 0, ratio ? ratio.toFixed(2) : "-");
    }
  }
  return [
    ...table(head, cells, head.slice(1, -1).map((_, i) => i + 1)),
    ...(goals ? [`Goals are for ${GOALS_FOR} through ${device.backend}; below 1.00 is met.`] : []),
    ...softwareLines(device),
  ];
}

/** The tables of `bench --stages`: where the time of each variant goes. */
export function stageLines(rows: readonly BenchRow[]): string[] {
  const timed = rows.filter((row) => row.stages);
  if (timed.length === 0) return [];
  const tables = timed.flatMap(({ workload, trial, floorUs, stages }) => {
    const { whole, passes } = stages!;
    const share = (us: number) => `${(100 * us / whole.medianUs).toFixed(1)} %`;
    const rows = [
      ...passes.flatMap((pass) => passRows(pass, share)),
      ["whole call", formatTiming(whole), share(whole.medianUs), formatUs(floorUs)],
    ];
    return [
      "",
      `${workload}: ${trial.variant}`,
      ...table(["stage", "time", "share", "floor"], rows, [1, 2, 3]),
    ];
  });
  return [
    ...tables,
    "",
    "A pass is timed on its own; its floor is what it binds, moved once at the measured bandwidth. An indented stage is",
    "timed by leaving it out: the time its pass is shorter by. What stages share or hide behind each other is the rest.",
  ];
}

function passRows({ label, dispatches, timing, memoryUs, stages }: PassTime, share: (us: number) => string) {
  const rows = [[
    dispatches === 1 ? label : `${label} (${dispatches} dispatches)`,
    formatTiming(timing),
    share(timing.medianUs),
    formatUs(memoryUs),
  ]];
  if (stages.length === 0) return rows;
  const rest = timing.medianUs - stages.reduce((sum, stage) => sum + stage.us, 0);
  for (const { name, us } of [...stages, { name: "rest", us: rest }]) {
    rows.push([`  ${name}`, formatUs(us), share(us), "-"]);
  }
  return rows;
}
