import { Command } from "@commander-js/extra-typings";
import { printJson } from "../output.ts";

export function schemaCommand() {
  return new Command("schema")
    .description("Print the JSON Schema of the records Deltatune stores, and of what it exports.")
    .argument("[record]", "one record, as in trial, profile or model; leave it out for all of them")
    .option("--json", "accepted everywhere; the schema is JSON already")
    .addHelpText(
      "after",
      `
Examples:
  deno task schema                          every record, by name
  deno task schema trial                    one line of profiles/data/<device>/<family>.jsonl
  deno task schema manifest                 manifest.json of a WGSL bundle
  deno task schema profile > profile.schema.json`,
    )
    .action(async (record) => {
      const { jsonSchemas } = await import("../../profiles/json_schema.ts");
      const { closest } = await import("../../kernels/core/closest.ts");
      const { compareSchemas } = await import("../../compare/json_schema.ts");
      const { manifestJsonSchema } = await import("../../exporters/wgsl/manifest.ts");
      const schemas = { ...jsonSchemas(), ...compareSchemas(), manifest: manifestJsonSchema() };
      if (record === undefined) return await printJson(schemas);
      if (!Object.hasOwn(schemas, record)) {
        throw new RangeError(`Unknown record "${record}"${closest(record, Object.keys(schemas))}`);
      }
      await printJson(schemas[record as keyof typeof schemas]);
    });
}
