import { attends, decodeCall, type KernelCall, prefillCall } from "../compare/kernel_calls.ts";
import type { KernelTimes } from "../compare/kernel_times.ts";
import type { Question } from "../compare/measure_all.ts";
import type { Capabilities } from "../kernels/core/family.ts";
import { planBytes } from "../kernels/core/fit.ts";
import { familyNamed } from "../kernels/mod.ts";
import type { CallBench } from "./call_bench.ts";

/**
 * Most scratch any kernel of a model plans for at a length, bytes, by `name tokens`: layers run one after the other, so
 * they share it. Prompts of attention count by their last window.
 */
export async function scratchOf(
  { models, lengths }: Question,
  times: KernelTimes,
  bench: CallBench,
  device: Capabilities,
): Promise<Map<string, number>> {
  const scratch = new Map<string, number>();
  for (const model of models) {
    for (const tokens of lengths.filter((tokens) => tokens <= model.maxTokens)) {
      const calls = model.layers.flatMap(({ mixer }) => {
        const window = Math.min(tokens, attends(mixer) ? times.windowTokens : tokens);
        return [
          decodeCall(mixer, tokens, 1),
          prefillCall(mixer, window, attends(mixer) ? tokens - window : 0),
        ];
      });
      const bytes = await Promise.all(calls.map((call) => plannedScratch(call, bench, device)));
      if (bytes.every((b) => b !== undefined)) scratch.set(`${model.name} ${tokens}`, Math.max(...bytes));
    }
  }
  return scratch;
}

async function plannedScratch(
  call: KernelCall,
  bench: CallBench,
  device: Capabilities,
): Promise<number | undefined> {
  const config = await bench.configFor(call);
  try {
    return planBytes(familyNamed(call.family).plan(call.axes, config, device), "scratch");
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
