import { z } from "zod";
import { formatRecord, parseRecord } from "./record_text.ts";
import { axesSchema, SCHEMA_VERSION, timingSchema, type Winner } from "./schema.ts";

/** Name of the file in a device's folder. */
export const STAGES_FILE = "stages.json";

export const passTimeSchema = z.object({
  label: z.string(),
  dispatches: z.number().int().positive(),
  timing: timingSchema,
  memoryUs: z.number().nonnegative().meta({
    description:
      "What the pass binds, moved once at the measured bandwidth, us; states count twice. A cache may be faster",
  }),
  stages: z.array(z.object({
    name: z.string(),
    us: z.number().meta({ description: "Below zero where the pass is slower without the stage" }),
  })).meta({
    description:
      "Stages its text marks: the time the pass is shorter by without one. What they share or hide goes to none",
  }),
}).meta({ description: "All dispatches of one label, timed without the others" });

export const stageTimesSchema = z.object({
  whole: timingSchema,
  passes: z.array(passTimeSchema),
}).meta({ description: "Where the time of one call goes" });

export const stagesEntrySchema = z.object({
  family: z.string(),
  bucket: z.string().meta({ description: "Workload bucket whose winner the variant was" }),
  variant: z.string(),
  axes: axesSchema.meta({ description: "Sizes it was timed at" }),
  sourceHash: z.string(),
  driver: z.string(),
  at: z.iso.datetime(),
  times: stageTimesSchema,
}).meta({ description: "Stages of one winner" });

export const stagesSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  entries: z.array(stagesEntrySchema).meta({ description: "The last one of each bucket" }),
}).meta({ description: "Where the time of a device's winners goes" });

export type PassTime = z.infer<typeof passTimeSchema>;
export type StageTimes = z.infer<typeof stageTimesSchema>;
export type StagesEntry = z.infer<typeof stagesEntrySchema>;
export type Stages = z.infer<typeof stagesSchema>;

/** The entries with one more, which takes the place of its bucket's. */
export function withEntry(entries: readonly StagesEntry[], entry: StagesEntry): StagesEntry[] {
  return [...entries.filter(({ bucket }) => bucket !== entry.bucket), entry]
    .sort((a, b) => a.bucket.localeCompare(b.bucket));
}

/** The stages of a winner; undefined where those of its bucket are another variant's, or there are none. */
export function stagesOf(stages: Stages | undefined, winner: Winner): StagesEntry | undefined {
  return stages?.entries.find(({ bucket, variant }) =>
    bucket === winner.bucket && variant === winner.variant
  );
}

/** Reads the text of a `stages.json`. Throws StoreError where it is something else, or of a newer schema. */
export function parseStages(text: string, path: string): Stages {
  return parseRecord(stagesSchema, text, path, "move the file away and run deno task bench --stages again");
}

/** Prints stages as the text of their file. Throws TypeError with the first broken rule. */
export function formatStages(stages: Stages): string {
  return formatRecord(stagesSchema, stages, "stages");
}
