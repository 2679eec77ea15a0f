import type { AnyFamily, Axes, Capabilities, Plan, Scalars, Tensors } from "../kernels/core/family.ts";
import { errorRatio } from "../kernels/core/error_ratio.ts";
import { fit } from "../kernels/core/fit.ts";
import type { Config } from "../kernels/core/space.ts";
import { encodeTensor } from "./buffer_codec.ts";
import { Execution } from "./executor.ts";
import type { PipelineCache } from "./pipeline_cache.ts";

/** How far a variant is from the float64 reference. */
export interface Verification {
  /** RMS error ratio by output; NaN where an element was never written. */
  readonly errors: Readonly<Record<string, number>>;
  readonly worst: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** Inputs with their float64 answer, so that many variants share one reference run. */
export interface Case {
  readonly axes: Axes;
  readonly inputs: Tensors;
  readonly scalars?: Scalars;
  readonly expected: Tensors;
}

/** A seeded case of a family at one size. */
export function makeCase(family: AnyFamily, axes: Axes, seed: number): Case {
  const inputs = family.inputsFor(axes, seed);
  return { axes, inputs, expected: family.reference(axes, inputs) };
}

/** What a variant wrote to NaN-poisoned buffers, flat, and how long that took. */
export interface PoisonedRun {
  readonly outputs: Tensors;
  readonly compileMs: number;
  /** From submission to the end of the last dispatch, wall clock, on whatever clocks the device is at. */
  readonly callMs: number;
}

/** Runs a plan once on NaN-poisoned buffers. */
export async function runPoisoned(
  device: GPUDevice,
  plan: Plan,
  inputs: Tensors,
  pipelines: PipelineCache,
  encode = encodeTensor,
): Promise<PoisonedRun> {
  const execution = await Execution.prepare(device, plan, pipelines);
  try {
    execution.upload(inputs, encode);
    await device.queue.onSubmittedWorkDone();
    const start = performance.now();
    execution.run();
    await device.queue.onSubmittedWorkDone();
    const callMs = performance.now() - start;
    return { outputs: await execution.download(), compileMs: execution.compileMs, callMs };
  } finally {
    execution.destroy();
  }
}

/** Compares outputs with the answer, one by one. */
export function judge(outputs: Tensors, expected: Tensors, tolerance: number): Verification {
  const errors = Object.fromEntries(
    Object.keys(expected).map((name) => [name, errorRatio(outputs[name].data, expected[name].data)]),
  );
  const ratios = Object.values(errors);
  const worst = ratios.some(Number.isNaN) ? NaN : Math.max(...ratios);
  return { errors, worst, tolerance, passed: worst <= tolerance };
}

/** Runs a variant on NaN-poisoned buffers and compares every output with the case's answer. */
export async function verify(
  device: GPUDevice,
  capabilities: Capabilities,
  family: AnyFamily,
  config: Config,
  test: Case,
  pipelines: PipelineCache,
): Promise<Verification> {
  const plan = fit(family.plan(test.axes, config, capabilities, test.scalars), capabilities);
  const { outputs } = await runPoisoned(device, plan, test.inputs, pipelines);
  return judge(outputs, test.expected, plan.tolerance);
}
