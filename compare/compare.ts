import type { Ceilings, DeviceRecord } from "../profiles/schema.ts";
import type { Comparison, FormulationPoint, MemoryRow, Missing, Point } from "./comparison.ts";
import { pointOf } from "./compose.ts";
import type { KernelTimes } from "./kernel_times.ts";
import type { Question } from "./measure_all.ts";
import { keptBy, largestBatch, weightBytes } from "./memory.ts";
import type { Model } from "./model.ts";

export interface CompareContext {
  readonly device: DeviceRecord;
  readonly ceilings: Ceilings;
  readonly withProjections: boolean;
  /** Most scratch any of a model's kernels needs at a length, bytes; undefined where no plan can be made. */
  scratchBytes(model: Model, tokens: number): number | undefined;
  readonly formulations: readonly FormulationPoint[];
}

/** Everything a comparison says, from what was measured: points, what is missing, memory. */
export function compare(question: Question, times: KernelTimes, context: CompareContext): Comparison {
  const { models, lengths, memoryBytes, weightBits } = question;
  const { device, ceilings, withProjections, formulations } = context;
  const points: Point[] = [];
  const missing: Missing[] = [];
  const memory: MemoryRow[] = [];
  for (const model of models) {
    const add = (phase: Point["phase"], tokens: number, batch: number) => {
      const found = pointOf(model, phase, tokens, batch, times, { withProjections, weightBits, ceilings });
      if ("point" in found) points.push(found.point);
      else missing.push(found.missing);
    };
    for (const tokens of lengths) {
      if (tokens > model.maxTokens) {
        const reason = `the model takes at most ${model.maxTokens} tokens`;
        for (const phase of ["prefill", "decode"] as const) {
          missing.push({ model: model.name, phase, tokens, batch: 1, reason });
        }
        continue;
      }
      const largest = memoryBytes === undefined
        ? undefined
        : largestBatch(model, tokens, memoryBytes, weightBits);
      const scratchBytes = context.scratchBytes(model, tokens);
      memory.push({
        model: model.name,
        tokens,
        ...keptBy(model, tokens),
        ...(scratchBytes !== undefined && { scratchBytes }),
        weightBytes: weightBytes(model, weightBits),
        ...(largest !== undefined && { largestBatch: largest }),
      });
      add("prefill", tokens, 1);
      add("decode", tokens, 1);
      if (largest !== undefined && largest > 1) add("decode", tokens, largest);
      if (largest === 0) {
        const reason = `one sequence and ${weightBits}-bit weights do not fit ${memoryBytes} bytes of memory`;
        missing.push({ model: model.name, phase: "decode", tokens, batch: 1, reason });
      }
    }
  }
  return {
    schemaVersion: 1,
    device,
    ceilings,
    at: new Date().toISOString(),
    withProjections,
    weightBits,
    ...(memoryBytes !== undefined && { memoryBytes }),
    models: [...models],
    points,
    missing,
    memory,
    formulations: [...formulations],
  };
}
