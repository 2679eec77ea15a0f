import { fit } from "../../kernels/core/fit.ts";
import type { AnyFamily, Axes } from "../../kernels/core/family.ts";
import type { Config } from "../../kernels/core/space.ts";
import type { OpenDevice } from "../../tuner/open_device.ts";
import { PipelineCache } from "../../tuner/pipeline_cache.ts";

interface CompilePayload {
  readonly family: string;
  readonly axes: Axes;
  readonly config: Config;
}

/** The operation that compiles a variant's passes and runs none. */
export function compileOp(familyNamed: (name: string) => AnyFamily) {
  return async ({ device, capabilities }: OpenDevice, { family, axes, config }: CompilePayload) => {
    const plan = fit(familyNamed(family).plan(axes, config, capabilities), capabilities);
    const pipelines = new PipelineCache();
    for (const pass of plan.passes) await pipelines.get(device, pass);
    return {};
  };
}
