import { z } from "zod";
import { stagesSchema } from "./stages.ts";
import { profileSchema, SCHEMA_VERSION, trialSchema } from "./schema.ts";
import { uploadSchema } from "./upload.ts";

/** A JSON Schema document, draft 2020-12. */
export type JsonSchema = Record<string, unknown>;

/** The JSON Schemas of what is stored, for readers in other languages; zod stays the one definition. */
export function jsonSchemas(): Readonly<Record<"trial" | "profile" | "upload" | "stages", JsonSchema>> {
  return {
    trial: {
      ...document("trial", trialSchema),
      // zod does not carry its refinements over.
      if: { properties: { status: { const: "passed" } } },
      then: { required: ["timing"] },
      else: { properties: { timing: false } },
    },
    profile: document("profile", profileSchema),
    stages: document("stages", stagesSchema),
    upload: document("upload", uploadSchema),
  };
}

function document(name: string, schema: z.ZodType): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12" });
  return { $schema, $id: `deltatune/${name}.v${SCHEMA_VERSION}.schema.json`, title: name, ...rest };
}
