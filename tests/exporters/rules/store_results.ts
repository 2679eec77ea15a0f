// What a results file of Kernel Tuner has to hold. From KernelTuner/kernel_tuner, kernel_tuner/integration.py:
// schema_v1_0, and the checks of _parse_results_file_version_1_0 that a schema can't make, as of 2026.
import { z } from "zod";

export const storeResultsRules = z.looseObject({
  version_number: z.literal("1.0"),
  tunable_parameters: z.array(z.string()),
  kernel_name: z.string(),
  kernel_string: z.string().optional(),
  objective: z.string(),
  objective_higher_is_better: z.boolean().optional(),
  data: z.array(z.looseObject({
    device_name: z.string().regex(/^[0-9a-zA-Z_]+$/),
    problem_size: z.string(),
    tunable_parameters: z.record(z.string(), z.union([z.number(), z.string()])),
  })).min(1),
}).refine(
  ({ data, objective }) => data.every((record) => typeof record[objective] === "number"),
  { error: "every record has the objective" },
).refine(
  ({ data, tunable_parameters }) =>
    data.every((record) => tunable_parameters.every((name) => name in record.tunable_parameters)),
  { error: "every record has every tunable parameter" },
);
