import type { DeviceRecord, Trial, TrialStatus } from "../../profiles/schema.ts";
import { plainValue } from "../plain_value.ts";

const INVALIDITY: Readonly<Record<TrialStatus, string>> = {
  passed: "correct",
  rejected: "constraints",
  compile_error: "compile",
  runtime_error: "runtime",
  incorrect: "correctness",
  timeout: "timeout",
  device_lost: "runtime",
};

/** Trials of one search space on one device as a T4 file. Times are milliseconds; what is not known is left out. */
export function t4Text(device: DeviceRecord, trials: readonly Trial[]): string {
  const document = {
    schema_version: "1.0.0",
    metadata: {
      platform: `WebGPU, ${device.runtime}`,
      device: device.description,
      autotuner: "Deltatune",
      timeunit: "milliseconds",
    },
    results: trials.map(resultOf),
  };
  return JSON.stringify(document, null, 2) + "\n";
}

function resultOf(trial: Trial) {
  const { timing } = trial;
  return {
    timestamp: trial.at,
    configuration: Object.fromEntries(
      Object.entries(trial.config).map(([name, value]) => [name, plainValue(value)]),
    ),
    objectives: ["time"],
    times: {
      ...(trial.compileMs !== undefined && { compilation_time: trial.compileMs }),
      runtimes: timing ? [timing.medianUs / 1000] : [],
    },
    invalidity: INVALIDITY[trial.status],
    correctness: Number(trial.status === "passed"),
    measurements: [
      ...(timing
        ? [
          milliseconds("time", timing.medianUs),
          milliseconds("time_low", timing.lowUs),
          milliseconds("time_high", timing.highUs),
        ]
        : []),
      ...(trial.error !== undefined ? [{ name: "rms_error_ratio", value: trial.error, unit: "" }] : []),
    ],
  };
}

function milliseconds(name: string, us: number) {
  return { name, value: us / 1000, unit: "milliseconds" };
}
