import type { AnyFamily, Axes, Plan } from "../kernels/core/family.ts";
import { planBytes } from "../kernels/core/fit.ts";
import { Execution } from "./executor.ts";
import type { OpenDevice } from "./open_device.ts";
import type { PipelineCache } from "./pipeline_cache.ts";
import { fillForTiming } from "./timing_inputs.ts";

/** Working sets below this rotate among several buffers: larger than any cache of a present GPU. */
const CACHE_BYTES = 128 << 20;
const MOST_SETS = 64;

/**
 * Adds executions of a plan to `sets`, which holds the first one, until they are larger than a cache together, and fills
 * the inputs of all. They share the outputs of the first.
 */
export async function completeSets(
  sets: Execution[],
  opened: OpenDevice,
  family: AnyFamily,
  axes: Axes,
  plan: Plan,
  pipelines: PipelineCache,
): Promise<void> {
  const bytes = planBytes(plan);
  const wanted = opened.record.software ? 1 : Math.min(MOST_SETS, Math.ceil(CACHE_BYTES / bytes));
  while (sets.length < wanted) sets.push(await Execution.prepare(opened.device, plan, pipelines, sets[0]));
  fillForTiming(sets, plan, family, axes);
}
