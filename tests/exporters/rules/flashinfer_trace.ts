// What a line of a traces file has to hold. From flashinfer-ai/flashinfer-bench, flashinfer_bench/data/trace.py and
// workload.py (pydantic models, Evaluation's validator of status against correctness and performance) and
// trace_set.py, TraceSet.from_path, which takes no workload-only lines here, as of 2026.
import { z } from "zod";

/** A float as pydantic reads one from JSON: NaN is a string. */
const error = z.union([z.number().nonnegative(), z.literal("NaN")]);

const evaluation = z.looseObject({
  status: z.enum([
    "PASSED",
    "INCORRECT_SHAPE",
    "INCORRECT_NUMERICAL",
    "INCORRECT_DTYPE",
    "RUNTIME_ERROR",
    "COMPILE_ERROR",
    "TIMEOUT",
  ]),
  environment: z.looseObject({
    hardware: z.string().min(1),
    libs: z.record(z.string(), z.string()).optional(),
  }),
  timestamp: z.string().min(1),
  log: z.string().optional(),
  correctness: z.looseObject({
    max_relative_error: error.optional(),
    max_absolute_error: error.optional(),
    extra: z.record(z.string(), z.unknown()).optional(),
  }).optional(),
  performance: z.looseObject({
    latency_ms: z.number().nonnegative().optional(),
    reference_latency_ms: z.number().nonnegative().optional(),
    speedup_factor: z.number().nonnegative().optional(),
  }).optional(),
}).refine(
  ({ status, correctness }) =>
    (correctness !== undefined) === ["PASSED", "INCORRECT_NUMERICAL"].includes(status),
  { error: "correctness where the numbers were compared, and nowhere else" },
).refine(
  ({ status, performance }) => (performance !== undefined) === (status === "PASSED"),
  { error: "performance exactly where it passed" },
);

export const flashinferTraceRules = z.looseObject({
  definition: z.string().min(1),
  workload: z.looseObject({
    axes: z.record(z.string(), z.int().nonnegative()),
    inputs: z.record(
      z.string(),
      z.discriminatedUnion("type", [
        z.looseObject({ type: z.literal("random") }),
        z.looseObject({ type: z.literal("scalar"), value: z.union([z.number(), z.boolean()]) }),
        z.looseObject({
          type: z.literal("safetensors"),
          path: z.string().min(1),
          tensor_key: z.string().min(1),
        }),
      ]),
    ),
    uuid: z.string().min(1),
  }),
  solution: z.string().min(1),
  evaluation,
});
