import type { AnyFamily } from "../../kernels/core/family.ts";
import type { Timing, Trial } from "../../profiles/schema.ts";
import type { Tuned } from "../exporter.ts";
import { gpuModel } from "../gpu_model.ts";
import { problemOf } from "../problem.ts";
import { STATUSES } from "./statuses.ts";

/** The author whose folder the traces lie in. */
export const AUTHOR = "deltatune";

/** A trial as a Trace; undefined where the variant was never run. */
export function traceOf(family: AnyFamily, { profile }: Tuned, trial: Trial) {
  const status = STATUSES[trial.status];
  if (status === undefined) return undefined;
  const { kernel, size: [tokens, sequences, heads] } = problemOf(family, trial.axes, trial.config);
  const definition = `${AUTHOR}_${kernel}`;
  const axes = { tokens, sequences, heads };
  const { device } = profile;
  return {
    definition,
    workload: {
      axes,
      inputs: Object.fromEntries(Object.keys(family.inputs).map((name) => [name, { type: "random" }])),
      uuid: [definition, ...Object.entries(axes).map(([name, n]) => `${name}${n}`)].join("_"),
    },
    solution: `${trial.variant}@${trial.sourceHash}`,
    evaluation: {
      status,
      environment: {
        hardware: gpuModel(device).replaceAll(" ", "_") || "unknown",
        libs: {
          webgpu: device.backend,
          runtime: device.runtime,
          ...(trial.driver !== "" && { driver: trial.driver }),
        },
      },
      timestamp: trial.at,
      log: trial.reason ?? "",
      ...(["PASSED", "INCORRECT_NUMERICAL"].includes(status) && { correctness: correctnessOf(trial) }),
      ...(trial.timing &&
        { performance: performanceOf(trial.timing, defaultTimingOf(family, profile, trial)) }),
    },
  };
}

/**
 * The largest elementwise errors are not measured, and a missing field reads as 0, which is a claim: NaN is the
 * schema's own word for a number that isn't known, spelled as its writer spells it.
 */
function correctnessOf({ error }: Trial) {
  return {
    max_relative_error: "NaN",
    max_absolute_error: "NaN",
    ...(error !== undefined && { extra: { max_rms_error_ratio: error } }),
  };
}

/** A field that isn't known is left out: the schema's default of 0 stands for it. */
function performanceOf(timing: Timing, reference: Timing | undefined) {
  return {
    latency_ms: timing.medianUs / 1000,
    ...(reference && {
      reference_latency_ms: reference.medianUs / 1000,
      speedup_factor: reference.medianUs / timing.medianUs,
    }),
  };
}

/** Time of the family's default variant at the same size, source, driver and clock, where it was taken. */
function defaultTimingOf(family: AnyFamily, { winners, device }: Tuned["profile"], trial: Trial) {
  const call = (one: Pick<Trial, "axes" | "config">) =>
    Object.values(problemOf(family, one.axes, one.config)).join();
  return winners.find((winner) =>
    winner.family === family.name && winner.sourceHash === trial.sourceHash &&
    trial.driver === device.driver &&
    winner.defaultTiming?.clock === trial.timing?.clock && call(winner) === call(trial)
  )?.defaultTiming;
}
