import type { AnyFamily, Axes, Capabilities, Scalars, Tensors } from "../kernels/core/family.ts";
import { errorRatio } from "../kernels/core/error_ratio.ts";
import { fit } from "../kernels/core/fit.ts";
import type { Config } from "../kernels/core/space.ts";
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
  const execution = await Execution.prepare(device, plan, pipelines);
  try {
    execution.upload(test.inputs);
    execution.run();
    const outputs = await execution.download();
    const errors = Object.fromEntries(
      Object.keys(family.outputs).map((
        name,
      ) => [name, errorRatio(outputs[name].data, test.expected[name].data)]),
    );
    const ratios = Object.values(errors);
    const worst = ratios.some(Number.isNaN) ? NaN : Math.max(...ratios);
    return { errors, worst, tolerance: plan.tolerance, passed: worst <= plan.tolerance };
  } finally {
    execution.destroy();
  }
}
