import { z } from "zod";
import { axesSchema, ceilingsSchema, deviceSchema } from "../profiles/schema.ts";
import { modelSchema } from "./model.ts";

const bytes = z.number().nonnegative();

/** How a number was come by, the surest first. */
export const HOW = ["measured", "integrated", "projected"] as const;

export const estimateSchema = z.object({
  us: z.number().positive(),
  lowUs: z.number().positive().meta({ description: "Lower end of the 95 % interval" }),
  highUs: z.number().positive(),
  how: z.enum(HOW).meta({
    description:
      "measured: ran at this size; integrated: summed from windows that ran at several prefix lengths; projected: a fit",
  }),
  note: z.string().optional().meta({ description: "Why it is not measured, or what is special about it" }),
}).meta({ description: "A time, and how sure it is" });

export const pointSchema = estimateSchema.extend({
  model: z.string(),
  phase: z.enum(["prefill", "decode"]),
  tokens: z.int().positive().meta({ description: "Tokens of the prompt, or held by each sequence" }),
  batch: z.int().positive().meta({ description: "Sequences at the same time" }),
  parts: z.array(estimateSchema.extend({
    label: z.string().meta({ description: "The mixer, or projections" }),
    layers: z.int().positive(),
    variant: z.string().optional(),
    axes: axesSchema.optional(),
  })).meta({ description: "Times of one layer of each kind" }),
}).meta({
  description: "Prefill: us of one prompt. Decode: us of one step, which gives `batch` tokens. All layers",
});

export const missingSchema = z.object({
  model: z.string(),
  phase: z.enum(["prefill", "decode"]),
  tokens: z.int().positive(),
  batch: z.int().positive(),
  reason: z.string(),
}).meta({ description: "A point there is no number for, and why" });

export const memoryRowSchema = z.object({
  model: z.string(),
  tokens: z.int().positive(),
  cacheBytes: bytes,
  stateBytes: bytes,
  convBytes: bytes,
  scratchBytes: bytes.optional().meta({ description: "Most any of its kernels needs beside them, by plan" }),
  weightBytes: bytes.meta({ description: "0 where the model does not state its projections" }),
  largestBatch: z.int().nonnegative().optional().meta({
    description: "Sequences that fit the device beside the weights, where its memory is known",
  }),
}).meta({ description: "What one sequence of that length keeps on the device" });

export const formulationPointSchema = estimateSchema.extend({
  family: z.string(),
  formulation: z.string(),
  tokens: z.int().positive(),
  variant: z.string(),
  tuned: z.boolean().optional().meta({
    description: "False where no other variant of the formulation was tried",
  }),
}).meta({ description: "One formulation of a kernel at one length, one layer" });

/** A comparison of models on one device: all that tables, figures and pages show. */
export const comparisonSchema = z.object({
  schemaVersion: z.literal(1),
  device: deviceSchema,
  ceilings: ceilingsSchema,
  at: z.iso.datetime(),
  withProjections: z.boolean(),
  weightBits: z.int().positive(),
  memoryBytes: bytes.optional().meta({ description: "Memory of the device, where told" }),
  models: z.array(modelSchema).min(1).meta({ description: "The first is compared with each other" }),
  points: z.array(pointSchema),
  missing: z.array(missingSchema),
  memory: z.array(memoryRowSchema),
  formulations: z.array(formulationPointSchema),
  untuned: z.array(z.string()).optional().meta({
    description: "Families no profile knows on this device: their default variants ran",
  }),
}).meta({ description: "Prefill, decode and memory of models at several lengths on one device" });

export type How = typeof HOW[number];
export type Estimate = z.infer<typeof estimateSchema>;
export type Point = z.infer<typeof pointSchema>;
export type Missing = z.infer<typeof missingSchema>;
export type MemoryRow = z.infer<typeof memoryRowSchema>;
export type FormulationPoint = z.infer<typeof formulationPointSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
