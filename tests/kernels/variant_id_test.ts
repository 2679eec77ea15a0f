import fc from "fast-check";
import { families, familyNamed } from "../../kernels/mod.ts";
import { enumerateConfigs } from "../../kernels/core/space.ts";
import { formatVariant, parseConfig, splitVariant } from "../../kernels/core/variant_id.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

const { name, space } = familyNamed("kda_decode");
const parse = (id: string) => {
  const { family, assignments } = splitVariant(id);
  return parseConfig(family, familyNamed(family).space, assignments);
};

for (const family of families) {
  Deno.test(`formatVariant() and parseConfig() are inverses on ${family.name}`, () => {
    const tunables = Object.entries(family.space.tunables);
    const configs = fc.tuple(...tunables.map(([, t]) => fc.constantFrom(...t.values)))
      .map((values) => Object.fromEntries(tunables.map(([key], i) => [key, values[i]])))
      .filter((config) => family.space.constraints.every((c) => c.holds(config)));
    fc.assert(
      fc.property(configs, (config) => assertEquals(parse(formatVariant(family.name, config)), config)),
    );
  });
}

Deno.test("parseConfig() fills what is not named with initial values", () => {
  assertEquals(parse("kda_decode:tileV=32").tileV, 32);
  assert(Object.keys(parse("kda_decode")).length === Object.keys(space.tunables).length);
});

Deno.test("parseConfig() names the unknown tunable, the value's range and the broken constraint", () => {
  assertThrows(() => parse("kda_decode:tilev=32"), RangeError, 'did you mean "tileV"?');
  assertThrows(() => parse("kda_decode:tileV=33"), RangeError, "it takes 8, 16, 32, 64, 128");
  assertThrows(() => parse("kda_decode:tileV=32;tileV=64"), RangeError, "given twice");
  assertThrows(() => parse("kda_decode:rowsPerThread=4;rows=interleaved"), RangeError, "rowsPerThread > 4");
  assertThrows(() => parse("kda_decode:constructor=1"), RangeError, "Unknown tunable");
  assertThrows(() => splitVariant("kda decode:x=1"), SyntaxError, "family:tunable=value");
});

Deno.test("enumerateConfigs() yields every legal config once", () => {
  const ids = [...enumerateConfigs(space)].map((config) => formatVariant(name, config));
  assertEquals(new Set(ids).size, ids.length);
  assert(ids.length >= 50);
});
