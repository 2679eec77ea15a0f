import { z } from "zod";
import { comparisonSchema } from "./comparison.ts";
import { modelSchema } from "./model.ts";

/** JSON Schema (2020-12) of a model file and of a stored comparison, by name. */
export function compareSchemas(): Readonly<Record<"model" | "comparison", object>> {
  return {
    model: z.toJSONSchema(modelSchema, { target: "draft-2020-12" }),
    comparison: z.toJSONSchema(comparisonSchema, { target: "draft-2020-12" }),
  };
}
