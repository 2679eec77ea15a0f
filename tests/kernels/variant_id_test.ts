// formatVariant(), splitVariant() and parseConfig(): the one spelling of a variant, and the sentences on wrong ones.
import fc from "fast-check";
import { families } from "../../kernels/mod.ts";
import {
  defineSpace,
  formulations,
  initialConfig,
  oneOf,
  tunablesRead,
  violations,
} from "../../kernels/core/space.ts";
import { enumerateConfigs } from "../../kernels/core/walk_space.ts";
import { formatVariant, parseConfig, splitVariant } from "../../kernels/core/variant_id.ts";
import { assertEquals, assertThrows } from "../assert.ts";

const doc = "a tunable of a test";
const space = defineSpace({
  formulation: oneOf(["plain", "matrix"], { initial: "plain", doc }),
  tileV: oneOf([16, 32, 64], { initial: 16, doc }),
  rows: oneOf([1, 2, 4], { initial: 1, doc, formulations: ["plain"] }),
  blocks: oneOf([8, 16], { initial: 8, doc, formulations: ["matrix"] }),
}, [
  {
    holds: (c) => c.rows * c.tileV <= 128,
    reason: "rows * tileV must not exceed 128",
    formulations: ["plain"],
  },
]);
const parse = (id: string, of = space) => parseConfig("toy", of, splitVariant(id).assignments);

for (const family of families) {
  Deno.test(`formatVariant() and parseConfig() are inverses on ${family.name}`, () => {
    const configs = fc.oneof(
      ...formulations(family.space).map((formulation) => {
        const tunables = tunablesRead(family.space, formulation);
        return fc.tuple(...tunables.map(([, t]) => fc.constantFrom(...t.values)))
          .map((values) => Object.fromEntries(tunables.map(([key], i) => [key, values[i]])))
          .filter((config) => violations(family.space, config).length === 0);
      }),
    );
    fc.assert(
      fc.property(configs, (config) => {
        const { family: name, assignments } = splitVariant(formatVariant(family.name, config));
        assertEquals(name, family.name);
        assertEquals(parseConfig(name, family.space, assignments), config);
      }),
    );
  });
}

Deno.test("parseConfig() fills what is not named with initial values of the formulation, wherever that stands", () => {
  assertEquals<unknown>(parse("toy"), { formulation: "plain", tileV: 16, rows: 1 });
  assertEquals<unknown>(parse("toy:tileV=32;formulation=matrix"), {
    formulation: "matrix",
    tileV: 32,
    blocks: 8,
  });
});

Deno.test("formatVariant() prints what a config holds, in the order of the space", () => {
  assertEquals(formatVariant("toy", parse("toy:rows=2;tileV=64")), "toy:formulation=plain;tileV=64;rows=2");
  assertEquals(
    formatVariant("toy", initialConfig(space, "matrix")),
    "toy:formulation=matrix;tileV=16;blocks=8",
  );
});

Deno.test("parseConfig() names the unknown tunable, the value's range and the broken constraint", () => {
  assertThrows(() => parse("toy:tilev=32"), RangeError, 'did you mean "tileV"?');
  assertThrows(() => parse("toy:tileV=33"), RangeError, "it takes 16, 32, 64");
  assertThrows(() => parse("toy:tileV=32;tileV=64"), RangeError, "given twice");
  assertThrows(() => parse("toy:tileV=64;rows=4"), RangeError, "rows * tileV must not exceed 128");
  assertThrows(() => parse("toy:constructor=1"), RangeError, "Unknown tunable");
  assertThrows(() => splitVariant("to y:x=1"), SyntaxError, "family:tunable=value");
});

Deno.test("parseConfig() refuses a tunable of another formulation, saying whose it is", () => {
  assertThrows(
    () => parse("toy:formulation=matrix;rows=2"),
    RangeError,
    "Cannot set rows of toy to 2: tunable rows belongs to formulation plain: the formulation is matrix",
  );
  assertThrows(
    () => parse("toy:blocks=16"),
    RangeError,
    "belongs to formulation matrix: the formulation is plain",
  );
  assertThrows(() => parse("toy:formulation=serial"), RangeError, "it takes plain, matrix");
});

Deno.test("ids of legal configs differ", () => {
  const ids = [...enumerateConfigs(space)].map((config) => formatVariant("toy", config));
  assertEquals(new Set(ids).size, ids.length);
});
