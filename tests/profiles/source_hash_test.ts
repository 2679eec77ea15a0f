// sourceHash() and jsonSchemas().
import { assertEquals, assertMatch, assertNotEquals } from "deno-std/assert/mod.js";
import { jsonSchemas } from "../../profiles/json_schema.ts";
import { sourceHash } from "../../profiles/source_hash.ts";
import { toyFamily } from "./samples.ts";

Deno.test("sourceHash() follows the code and the space, not comments or words", async () => {
  const hash = await sourceHash(toyFamily());
  assertMatch(hash, /^[0-9a-f]{16}$/);
  assertEquals(await sourceHash(toyFamily({ doc: "Other words" })), hash);
  assertEquals(await sourceHash(toyFamily({ body: "// why\n   out[0] = f32(tile);" })), hash);
  assertNotEquals(await sourceHash(toyFamily({ body: "out[0] = f32(tile + 1u);" })), hash);
  const family = toyFamily();
  assertNotEquals(await sourceHash({ ...family, space: { ...family.space, constraints: [] } }), hash);
});

Deno.test("jsonSchemas() are 2020-12 documents with the words of the zod schemas", () => {
  const { trial, profile } = jsonSchemas();
  for (const schema of [trial, profile]) {
    assertEquals(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
    assertEquals(schema.type, "object");
  }
  assertEquals(trial.description, "One variant tried at one size on one device");
  assertEquals((trial.then as { required: string[] }).required, ["timing"]);
  assertEquals(JSON.parse(JSON.stringify(profile)), profile);
});
