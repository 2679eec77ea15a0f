import type { AnyFamily, Axes, Plan, Tensors } from "../kernels/core/family.ts";
import { encodeTensor, repeatedBlock } from "./buffer_codec.ts";
import type { Execution } from "./executor.ts";

/** Large enough that few writes fill a buffer, small enough to build at once. */
const BLOCK_BYTES = 8 << 20;

const samples = new WeakMap<AnyFamily, Map<string, Tensors>>();

/**
 * Fills the inputs of full-size executions of one plan with honest values quickly: floats repeat a small seeded case of
 * the family, integers (tables, lengths) are made at full size.
 */
export function fillForTiming(sets: readonly Execution[], plan: Plan, family: AnyFamily, axes: Axes): void {
  fillRepeating(sets, plan, sampleOf(family, axes), family.indicesFor?.(axes, 1));
}

/** Fills the inputs of executions of one plan with `floats` over and over, and with `integers` as they are. */
export function fillRepeating(
  sets: readonly Execution[],
  plan: Plan,
  floats: Tensors,
  integers: Tensors = {},
): void {
  const blocks = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const spec of plan.buffers) {
    if (spec.from === undefined) continue;
    const exact = integers[spec.from];
    const block = exact
      ? encodeTensor(exact, spec)
      : blocks.get(spec.from) ?? repeatedBlock(floats[spec.from], spec, BLOCK_BYTES);
    blocks.set(spec.from, block);
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
