// sourceHash() and jsonSchemas().
import { assertEquals, assertMatch, assertNotEquals } from "deno-std/assert/mod.js";
import type { AnyFamily } from "../../kernels/core/family.ts";
import { SUBGROUP_MATRIX } from "../../kernels/core/pass.ts";
import { defineSpace, oneOf } from "../../kernels/core/space.ts";
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

Deno.test("sourceHash() follows the code of formulations that need matrix units, and what the others read", async () => {
  const family = (body: string, formulations: string[]): AnyFamily => {
    const toy = toyFamily();
    return {
      ...toy,
      space: defineSpace({
        formulation: oneOf(["plain", "matrix"], { initial: "plain", doc: "How" }),
        tile: oneOf([16, 32], { initial: 16, doc: "Width", formulations }),
      }),
      plan(axes, config, device) {
        if (config.formulation === "plain") return toy.plan(axes, { tile: 16 }, device);
        const shapes = device.subgroupMatrices ?? [];
        const square = shapes.some(({ M, N, K }) => M === 16 && N === 16 && K === 16);
        if (!square || !device.features.includes(SUBGROUP_MATRIX)) throw new RangeError("no matrix units");
        return toyFamily({ body }).plan(axes, { tile: 32 }, device);
      },
    };
  };
  const hash = await sourceHash(family("out[0] = 1;", ["matrix"]));
  assertEquals(await sourceHash(family("out[0] = 1;", ["matrix"])), hash);
  assertNotEquals(await sourceHash(family("out[0] = 2;", ["matrix"])), hash);
  assertNotEquals(await sourceHash(family("out[0] = 1;", ["plain"])), hash);
});

Deno.test("jsonSchemas() are 2020-12 documents with the words of the zod schemas", () => {
  const { trial, profile, stages } = jsonSchemas();
  for (const schema of [trial, profile, stages]) {
    assertEquals(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
    assertEquals(schema.type, "object");
  }
  assertEquals(trial.description, "One variant tried at one size on one device");
  assertEquals((trial.then as { required: string[] }).required, ["timing"]);
  assertEquals(JSON.parse(JSON.stringify(profile)), profile);
});
