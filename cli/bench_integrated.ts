import { integrate, type WindowTime } from "../compare/integrate.ts";
import { completeAxes, formatAxes } from "../kernels/core/axes.ts";
import type { Axes } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { familyNamed } from "../kernels/mod.ts";
import type { DeviceRecord, Timing, Trial } from "../profiles/schema.ts";
import type { Workload } from "../tuner/workloads.ts";
import { softwareLines } from "./device_lines.ts";
import { formatUs } from "./duration.ts";
import { table } from "./output.ts";
import { UserError } from "./user_error.ts";

/** What `compare` allows itself to say of prompts it did not run. */
const TOLERANCE = 0.05;
const WINDOWS = 16;

/** One prompt run whole, and summed from windows behind prefixes. */
export interface IntegratedRow {
  readonly workload: string;
  readonly axes: string;
  readonly variant: string;
  readonly from: string;
  readonly windowTokens: number;
  /** Prefixes that ran. */
  readonly prefixes: readonly number[];
  readonly measured: Timing;
  readonly integratedUs: number;
  /** Integrated over measured, less one. */
  readonly difference: number;
  readonly passed: boolean;
}

/**
 * Times one prompt whole and in windows. Throws UserError where the family takes no prefix, or a call did not run.
 */
export async function integratedRow(
  run: (axes: Axes) => Promise<Trial>,
  workload: Workload,
  { config, from }: { config: Config; from: string },
): Promise<IntegratedRow> {
  const family = familyNamed(workload.family);
  const axes = completeAxes(family, workload.axes);
  if (!("C" in family.axes && "T" in family.axes)) {
    throw new UserError(
      `Cannot integrate ${family.name}: it takes no cached prefix; --integrate compares windows behind prefixes, as in mla_prefill`,
    );
  }
  const windowTokens = Math.ceil(axes.T / WINDOWS);
  const prefixes = [0, 1, 3, 7, WINDOWS - 1].map((i) => i * windowTokens);
  const timed = async (at: Axes) => {
    const trial = await run(at);
    if (trial.timing) return trial.timing;
    throw new UserError(`Cannot time ${family.name} at ${formatAxes(at)}: ${trial.status}, ${trial.reason}`);
  };
  const measured = await timed(axes);
  const windows: WindowTime[] = [];
  for (const prefix of prefixes) {
    const { medianUs: us, lowUs, highUs } = await timed({ ...axes, T: windowTokens, C: axes.C + prefix });
    windows.push({ prefix, us, lowUs, highUs });
  }
  const integratedUs = integrate(windows, axes.T, windowTokens)!.us;
  const difference = integratedUs / measured.medianUs - 1;
  return {
    workload: workload.name,
    axes: formatAxes(axes),
    variant: formatVariant(family.name, config),
    from,
    windowTokens,
    prefixes,
    measured,
    integratedUs,
    difference,
    passed: Math.abs(difference) <= TOLERANCE,
  };
}

/** The table of `bench --integrate`. */
export function integratedLines(rows: readonly IntegratedRow[], device: DeviceRecord): string[] {
  const head = ["workload", "measured", "integrated", "difference", "windows", ""];
  return [
    ...table(
      head,
      rows.map((row) => [
        row.workload,
        formatUs(row.measured.medianUs),
        formatUs(row.integratedUs),
        `${(100 * row.difference).toFixed(1)} %`,
        `${row.prefixes.length} of ${WINDOWS} x ${row.windowTokens} tokens`,
        row.passed ? "agree" : `DISAGREE: ${100 * TOLERANCE} % is allowed`,
      ]),
      [1, 2, 3],
    ),
    ...softwareLines(device),
  ];
}
