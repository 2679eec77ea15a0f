// What a T4 file has to hold. From KernelTuner/kernel_tuner, kernel_tuner/schema/T4/1.0.0/results-schema.json, and
// AutoTuningAssociation/autotuning_methodology, src/autotuning_methodology/schemas/T4.json (which adds metadata and
// takes correctness as 0 or 1) with formats_interface.py (which asks for metadata), as of 2026.
import { z } from "zod";

const times = z.looseObject({
  compilation_time: z.number().optional(),
  runtimes: z.array(z.number()).optional(),
  framework: z.number().optional(),
  search_algorithm: z.number().optional(),
  validation: z.number().optional(),
});

export const t4Rules = z.looseObject({
  schema_version: z.string().regex(/^[0-9]+\.[0-9]+\.[0-9]+$/),
  metadata: z.looseObject({
    compute_api: z.enum(["OpenCL", "CUDA", "Vulkan"]).optional(),
    platform: z.string().optional(),
    device: z.string().optional(),
    autotuner: z.string().optional(),
    autotuner_version: z.string().optional(),
    timestamp: z.string().optional(),
    timeunit: z.enum(["nanoseconds", "microseconds", "milliseconds", "seconds"]).optional(),
  }),
  results: z.array(z.looseObject({
    timestamp: z.string().optional(),
    configuration: z.looseObject({}),
    objectives: z.array(z.string()).optional(),
    times,
    invalidity: z.enum(["timeout", "compile", "runtime", "correctness", "constraints", "correct"]),
    correctness: z.union([z.literal(0), z.literal(1)]),
    measurements: z.array(z.looseObject({
      name: z.string().optional(),
      value: z.union([z.number(), z.string(), z.array(z.unknown())]).optional(),
      unit: z.string().optional(),
    })).optional(),
  })),
});
