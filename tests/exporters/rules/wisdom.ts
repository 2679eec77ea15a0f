// What a wisdom file has to hold. From KernelTuner/kernel_launcher, src/wisdom.cpp: parse_header and WisdomRecord, and
// python/kernel_launcher/wisdom.py: _check_header and read_wisdom, as of 2026.
import { z } from "zod";

const header = z.looseObject({
  version: z.literal("1.0"),
  objective: z.literal("time"),
  tunable_parameters: z.array(z.string()),
  // The reader looks for a file of the key's name, every other sign as _.
  key: z.string().regex(/^[0-9a-zA-Z_.-]+$/),
});

const line = z.looseObject({
  config: z.array(z.union([z.number(), z.string(), z.boolean()])),
  problem_size: z.array(z.int().nonnegative()).max(3),
  environment: z.looseObject({ device_name: z.string() }),
  time: z.number(),
});

export const wisdomRules = z.tuple([header], line).refine(
  ([{ tunable_parameters }, ...lines]) =>
    lines.every(({ config }) => config.length === tunable_parameters.length),
  { error: "every line has a value for every tunable" },
);
