import type { AnyFamily, Axes, Plan, Tensor } from "../kernels/core/family.ts";
import { encodeTensor, repeatedBlock } from "./buffer_codec.ts";
import type { Execution } from "./executor.ts";

/** Large enough that few writes fill a buffer, small enough to build at once. */
const BLOCK_BYTES = 8 << 20;

const samples = new WeakMap<AnyFamily, Map<string, Readonly<Record<string, Tensor>>>>();

/**
 * Fills the inputs of full-size executions of one plan with honest values quickly: floats repeat a small seeded case of
 * the family, integers (tables, lengths) are made at full size.
 */
export function fillForTiming(sets: readonly Execution[], plan: Plan, family: AnyFamily, axes: Axes): void {
  const floats = sampleOf(family, axes);
  const integers = family.indicesFor?.(axes, 1) ?? {};
  for (const spec of plan.buffers) {
    if (spec.from === undefined) continue;
    const exact = integers[spec.from];
    const block = exact ? encodeTensor(exact, spec) : repeatedBlock(floats[spec.from], spec, BLOCK_BYTES);
    for (const set of sets) set.fill(spec, block);
  }
}

function sampleOf(family: AnyFamily, axes: Axes) {
  const known = samples.get(family) ?? new Map();
  samples.set(family, known);
  const small = family.verifyAxes(axes)[0];
  const key = JSON.stringify(small);
  if (!known.has(key)) known.set(key, family.inputsFor(small, 7));
  return known.get(key)!;
}
