import type { Ceilings, DeviceRecord } from "../profiles/schema.ts";
import type { Comparison, FormulationPoint, MemoryRow, Missing, Point } from "./comparison.ts";
import { pointOf } from "./compose.ts";
import type { KernelTimes } from "./kernel_times.ts";
import type { Question } from "./measure_all.ts";
import { keptBy, largestBatch, weightBytes } from "./memory.ts";
import type { Model } from "./model.ts";
import { formatBytes } from "./quantities.ts";

export interface CompareContext {
  readonly device: DeviceRecord;
  readonly ceilings: Ceilings;
  readonly withProjections: boolean;
  /** Most scratch any of a model's kernels needs at a length, bytes; undefined where no plan can be made. */
  scratchBytes(model: Model, tokens: number): number | undefined;
  readonly formulations: readonly FormulationPoint[];
  /** Families that no profile knows on this device: their defaults ran. */
  readonly untuned: readonly string[];
}

/** Everything a comparison says, from what was measured: points, what is missing, memory. */
export function compare(question: Question, times: KernelTimes, context: CompareContext): Comparison {
  const { models, lengths, memoryBytes, weightBits } = question;
  const { device, ceilings, withProjections, formulations, untuned } = context;
  const points: Point[] = [];
  const missing: Missing[] = [];
  const memory: MemoryRow[] = [];
  for (const model of models) {
    const add = (phase: Point["phase"], tokens: number, batch: number, largest?: number) => {
      const found = pointOf(model, phase, tokens, batch, times, { withProjections, weightBits, ceilings });
      if ("missing" in found) missing.push(found.missing);
      else points.push(largest === 0 ? withNote(found.point, doesNotFit) : found.point);
    };
    const doesNotFit = `one layer ran, but the model and one sequence do not fit ${
      formatBytes(memoryBytes ?? 0)
    } with ${weightBits}-bit weights`;
    for (const tokens of lengths) {
      if (tokens > model.maxTokens) {
        const reason = `the model takes at most ${model.maxTokens} tokens`;
        for (const phase of ["prefill", "decode"] as const) {
          missing.push({ model: model.name, phase, tokens, batch: 1, reason });
        }
        continue;
      }
      const largest = largestBatch(model, tokens, memoryBytes, weightBits);
      const scratchBytes = context.scratchBytes(model, tokens);
      memory.push({
        model: model.name,
        tokens,
        ...keptBy(model, tokens),
        ...(scratchBytes !== undefined && { scratchBytes }),
        weightBytes: weightBytes(model, weightBits),
        ...(largest !== undefined && { largestBatch: largest }),
      });
      add("prefill", tokens, 1, largest);
      add("decode", tokens, 1, largest);
      if (largest !== undefined && largest > 1) add("decode", tokens, largest);
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
    untuned: [...untuned],
  };
}

function withNote(point: Point, note: string): Point {
  return { ...point, note: point.note ? `${point.note}; ${note}` : note };
}
