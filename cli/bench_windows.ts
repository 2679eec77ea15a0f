import { completeAxes, formatAxes } from "../kernels/core/axes.ts";
import type { Config } from "../kernels/core/space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { familyNamed } from "../kernels/mod.ts";
import type { DeviceRecord } from "../profiles/schema.ts";
import type { WindowsComparison } from "../tuner/compare_windows.ts";
import type { Workload } from "../tuner/workloads.ts";
import { softwareLines } from "./device_lines.ts";
import { formatUs } from "./duration.ts";
import type { GpuProcess } from "./gpu_process.ts";
import { note, table } from "./output.ts";

/** Longest a comparison may take: two runs of a million tokens, and twice that on a slow GPU. */
const TIMEOUT_MS = 300_000;

/** A variant compared with itself in windows one token shorter. */
export interface WindowsRow extends WindowsComparison {
  readonly workload: string;
  readonly axes: string;
  readonly variant: string;
  readonly from: string;
}

/** Compares one variant at one size. Throws RangeError where its family works through its input in one piece. */
export async function windowsRow(
  gpu: GpuProcess,
  workload: Workload,
  { config, from }: { config: Config; from: string },
): Promise<WindowsRow> {
  const family = familyNamed(workload.family);
  const axes = completeAxes(family, workload.axes);
  const variant = formatVariant(family.name, config);
  note(`${workload.name}: ${variant} in windows of two lengths`);
  const reply = await gpu.request<WindowsComparison>(
    "windows",
    { family: family.name, axes, config },
    TIMEOUT_MS,
  );
  // NaN does not survive JSON.
  const errors = Object.fromEntries(
    Object.entries(reply.errors).map(([name, error]) => [name, error ?? NaN]),
  );
  return { workload: workload.name, axes: formatAxes(axes), variant, from, ...reply, errors };
}

/** The tables of `bench --windows`. */
export function windowsLines(rows: readonly WindowsRow[], device: DeviceRecord): string[] {
  const head = [
    "windows of",
    "windows",
    "dispatches",
    "buffers",
    "scratch",
    "longest dispatch",
    "all dispatches",
  ];
  return [
    ...rows.flatMap(({ workload, variant, runs, errors, tolerance, sampledTokens, passed }) => [
      `${workload}: ${variant}`,
      ...table(
        head,
        runs.map((run) => [
          `${run.windowTokens} tokens`,
          `${run.windows}`,
          `${run.dispatches}`,
          `${run.buffers}`,
          `${(run.scratchBytes / 2 ** 20).toFixed(1)} MiB`,
          formatUs(run.longestDispatchMs * 1e3),
          formatUs(run.totalMs * 1e3),
        ]),
        head.map((_, i) => i),
      ),
      `They ${passed ? "agree" : "DISAGREE"} at ${sampledTokens} tokens: ${
        Object.entries(errors).map(([name, error]) => `${name} ${error.toExponential(1)}`).join(", ")
      } (RMS error ratio, of the worst token; ${tolerance.toExponential(0)} is allowed)`,
      "",
    ]),
    ...softwareLines(device),
  ];
}
