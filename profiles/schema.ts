import { z } from "zod";

/** Version of every record below. A reader refuses newer ones and upgrades older ones. */
export const SCHEMA_VERSION = 1;

const count = z.number().int().nonnegative();
const tunableValue = z.union([z.number(), z.string(), z.boolean()]);
export const configSchema = z.record(z.string(), tunableValue).meta({
  description: "Value of every tunable",
});
export const axesSchema = z.record(z.string(), count).meta({ description: "Sizes by axis letter" });

export const deviceSchema = z.object({
  vendor: z.string(),
  architecture: z.string(),
  device: z.string().meta({ description: "PCI device id or the adapter's own word for it" }),
  description: z.string().meta({ description: "Adapter name as the driver gives it" }),
  driver: z.string().meta({ description: "Driver and version where the backend tells, else empty" }),
  backend: z.enum(["builtin", "dawn", "browser"]).meta({ description: "WebGPU implementation used" }),
  runtime: z.string().meta({
    description: "Runtime and version, as in deno 2.9.6 or dawn 0.6.2 in deno 2.9.6",
  }),
  software: z.boolean().meta({ description: "True for a CPU adapter: its times say nothing about a GPU" }),
  features: z.array(z.string()),
  limits: z.record(z.string(), z.number()),
  subgroupSize: z.object({ min: count, max: count }).optional(),
  subgroupMatrices: z.array(z.object({
    componentType: z.string(),
    resultComponentType: z.string(),
    M: count,
    N: count,
    K: count,
  })).optional().meta({ description: "Products [M, K] x [K, N] a subgroup computes on matrix units" }),
}).meta({ description: "One adapter under one WebGPU implementation" });

export const ceilingsSchema = z.object({
  readGBps: z.number().positive().meta({ description: "Read bandwidth, vec4<f32> grid stride, GB/s (1e9)" }),
  f32Tflops: z.number().positive().meta({ description: "f32 fused multiply-add rate, TFLOP/s" }),
  matrixTflops: z.number().positive().optional().meta({
    description: "f16 products summed in f32 on matrix units, TFLOP/s; absent where the device has none",
  }),
  timestampQuantumNs: z.number().nonnegative().meta({
    description: "Smallest step of the timestamp clock; 0: wall clock",
  }),
  measuredAt: z.iso.datetime(),
}).meta({ description: "The device's own limits, measured" });

export const timingSchema = z.object({
  medianUs: z.number().positive(),
  madUs: z.number().nonnegative().meta({ description: "Median absolute deviation" }),
  lowUs: z.number().positive().meta({
    description: "Lower end of the bootstrap 95 % interval of the median",
  }),
  highUs: z.number().positive().meta({ description: "Upper end of it" }),
  samples: count,
  repeats: count.meta({ description: "Calls timed together in one sample" }),
  clock: z.enum(["timestamp", "wall"]),
  lowClocks: z.literal(true).optional().meta({
    description:
      "The device ran below its measured rate however long it was kept busy: the time is an upper bound",
  }),
}).meta({ description: "Time of one call" });

export const TRIAL_STATUSES = [
  "passed",
  "rejected",
  "compile_error",
  "runtime_error",
  "incorrect",
  "timeout",
  "device_lost",
] as const;

export const trialSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  family: z.string(),
  variant: z.string().meta({ description: "Variant id: family:tunable=value;..." }),
  config: configSchema,
  axes: axesSchema,
  status: z.enum(TRIAL_STATUSES),
  reason: z.string().optional().meta({ description: "Why it did not pass, in one sentence" }),
  error: z.number().nonnegative().optional().meta({
    description: "Largest RMS error ratio against the reference",
  }),
  compileMs: z.number().nonnegative().optional(),
  timing: timingSchema.optional().meta({ description: "Only on passed trials" }),
  rooflinePercent: z.number().nonnegative().optional().meta({
    description: "Share of the measured roofline, percent",
  }),
  sourceHash: z.string().meta({ description: "Hash of the family's WGSL and plan at the time" }),
  driver: z.string(),
  at: z.iso.datetime(),
}).refine((t) => (t.status === "passed") === (t.timing !== undefined), {
  error: "a trial has a timing exactly when it passed",
}).meta({ description: "One variant tried at one size on one device" });

export const winnerSchema = z.object({
  family: z.string(),
  bucket: z.string().meta({ description: "Workload bucket the config serves" }),
  axes: axesSchema.meta({ description: "Sizes it was measured at" }),
  variant: z.string(),
  config: configSchema,
  timing: timingSchema,
  error: z.number().nonnegative(),
  rooflinePercent: z.number().nonnegative().optional(),
  defaultTiming: timingSchema.optional().meta({
    description: "The family's default config at the same sizes",
  }),
  tiedWith: z.array(z.string()).meta({ description: "Variants whose interval overlaps the winner's" }),
  sourceHash: z.string(),
}).meta({ description: "Best variant known for a bucket" });

export const profileSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  device: deviceSchema,
  ceilings: ceilingsSchema.optional(),
  winners: z.array(winnerSchema),
  updatedAt: z.iso.datetime(),
}).meta({ description: "What is known about one device" });

export type DeviceRecord = z.infer<typeof deviceSchema>;
export type Ceilings = z.infer<typeof ceilingsSchema>;
export type Timing = z.infer<typeof timingSchema>;
export type TrialStatus = (typeof TRIAL_STATUSES)[number];
export type Trial = z.infer<typeof trialSchema>;
export type Winner = z.infer<typeof winnerSchema>;
export type Profile = z.infer<typeof profileSchema>;
