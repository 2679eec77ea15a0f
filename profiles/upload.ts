import { z } from "zod";
import { profileSchema, SCHEMA_VERSION, trialSchema } from "./schema.ts";
import { stagesEntrySchema } from "./stages.ts";

/** The collection of a store that holds the trials of compare, which choose no winners. */
export const COMPARISON = "comparison";

export const uploadSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  profile: profileSchema.strict(),
  trials: z.array(trialSchema).min(1),
  comparisonTrials: z.array(trialSchema).optional().meta({
    description: "Trials of compare, which choose no winners; a browser sends none",
  }),
  stages: z.array(stagesEntrySchema).optional().meta({
    description: "Where the time of its winners goes; a browser sends none",
  }),
}).meta({
  description:
    "A device's record as one document, as a browser sends it and export writes it: what is known, and the trials it rests on",
});

export type Upload = z.infer<typeof uploadSchema>;
