import { errorRatio } from "../../kernels/core/error_ratio.ts";
import { fit } from "../../kernels/core/fit.ts";
import type { Config } from "../../kernels/core/space.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { Execution } from "../../tuner/executor.ts";
import type { OpenDevice } from "../../tuner/open_device.ts";
import { PipelineCache } from "../../tuner/pipeline_cache.ts";
import { loadCase, shapeOutputs } from "../run_case.ts";
import { writeSafetensors } from "../write_safetensors.ts";

/** A request to run one variant on the tensors of a file. */
export interface RunRequest {
  readonly family: string;
  readonly config: Config;
  /** Absolute paths of the tensors to read and the file to write. */
  readonly in: string;
  readonly out: string;
}

export interface RunReply {
  readonly variant: string;
  readonly passes: readonly string[];
  readonly compileMs: number;
  /** Submission to the last byte read back, wall clock. */
  readonly runMs: number;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  /** RMS error ratio by output the input file holds too. */
  readonly errors: Readonly<Record<string, number>>;
  readonly tolerance: number;
  /** Outputs that hold a NaN or an infinity. */
  readonly notFinite: readonly string[];
}

/** Runs a variant on a file's tensors and writes its outputs; the tensors never cross the pipe. */
export async function runOp(opened: OpenDevice, request: RunRequest): Promise<RunReply> {
  const family = familyNamed(request.family);
  const test = await loadCase(family, request.in);
  const plan = fit(
    family.plan(test.axes, request.config, opened.capabilities, test.scalars),
    opened.capabilities,
  );
  const execution = await Execution.prepare(opened.device, plan, new PipelineCache());
  try {
    execution.upload(test.inputs);
    const start = performance.now();
    execution.run();
    const flat = await execution.download();
    const runMs = performance.now() - start;
    const outputs = shapeOutputs(family, test, flat);
    await writeSafetensors(request.out, outputs, {
      family: family.name,
      variant: plan.id,
      device: opened.record.description,
      ...Object.fromEntries(
        ["scale", ...Object.keys(test.storage)].filter((name) => name in test.metadata)
          .map((name) => [name, test.metadata[name]]),
      ),
    });
    return {
      variant: plan.id,
      passes: plan.passes.map((pass) => pass.label),
      compileMs: execution.compileMs,
      runMs,
      outputs: Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, t.shape])),
      errors: Object.fromEntries(
        Object.entries(test.expected).map(([name, t]) => [name, errorRatio(flat[name].data, t.data)]),
      ),
      tolerance: plan.tolerance,
      notFinite: Object.keys(outputs).filter((name) =>
        outputs[name].data.some((x: number) => !Number.isFinite(x))
      ),
    };
  } finally {
    execution.destroy();
  }
}
