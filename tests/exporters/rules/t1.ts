// What a T1 file has to hold. From KernelTuner/kernel_tuner, kernel_tuner/schema/T1/1.0.0/input-schema.json, and
// kernel_tuner/interface.py, tune_kernel_T1, which is stricter: no types but int, float and string, and Conditions,
// ProblemSize and Arguments have to be there, as of 2026.
import { z } from "zod";

const size = z.looseObject({ X: z.string(), Y: z.string().optional(), Z: z.string().optional() });

export const t1Rules = z.looseObject({
  General: z.looseObject({
    FormatVersion: z.int().optional(),
    LoggingLevel: z.enum(["Off", "Error", "Warning", "Info", "Debug"]).optional(),
    TimeUnit: z.enum(["Nanoseconds", "Microseconds", "Milliseconds", "Seconds"]).optional(),
    OutputFile: z.string().optional(),
    OutputFormat: z.enum(["JSON", "XML"]).optional(),
  }).optional(),
  ConfigurationSpace: z.looseObject({
    TuningParameters: z.array(z.looseObject({
      Name: z.string(),
      Type: z.enum(["int", "float", "string"]),
      Values: z.string().regex(/^\[.+\]$/),
    })),
    Conditions: z.array(z.looseObject({ Parameters: z.array(z.string()), Expression: z.string() })),
  }),
  KernelSpecification: z.looseObject({
    Language: z.enum(["OpenCL", "CUDA", "Vulkan"]),
    KernelName: z.string(),
    KernelFile: z.string(),
    ProblemSize: z.array(z.int()).max(3),
    GlobalSize: size,
    LocalSize: size,
    Arguments: z.array(z.unknown()),
  }),
});
