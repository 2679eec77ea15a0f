// defineSpace() and the walks through a space: which configs there are, and what a formulation makes of them.
import {
  type Config,
  defineSpace,
  initialConfig,
  oneOf,
  type Space,
  violations,
} from "../../kernels/core/space.ts";
import { enumerateConfigs, neighbours, withValue } from "../../kernels/core/walk_space.ts";
import { assertEquals, assertThrows } from "../assert.ts";

const doc = "a tunable of a test";
const formulation = oneOf(["plain", "matrix"], { initial: "plain", doc });
const space: Space = defineSpace({
  width: oneOf([1, 2], { initial: 1, doc }),
  formulation,
  rows: oneOf([1, 2, 4], { initial: 2, doc, scope: "step", formulations: ["plain"] }),
  blocks: oneOf([8, 16], { initial: 16, doc, formulations: ["matrix"] }),
}, [
  { holds: (c) => c.rows <= 2 * c.width, reason: "rows <= 2 * width", formulations: ["plain"] },
  {
    holds: (c) => c.width === 1 || c.blocks === 16,
    reason: "width needs blocks of 16",
    formulations: ["matrix"],
  },
]);
const plain = { width: 1, formulation: "plain", rows: 2 };
const matrix = { width: 1, formulation: "matrix", blocks: 16 };

Deno.test("initialConfig() holds what the formulation reads, in the order of the space", () => {
  assertEquals(Object.entries(initialConfig(space)), Object.entries(plain));
  assertEquals(Object.entries(initialConfig(space, "matrix")), Object.entries(matrix));
  assertThrows(
    () => initialConfig(space, "serial"),
    RangeError,
    "No formulation serial: the space has plain, matrix",
  );
});

Deno.test("enumerateConfigs() goes formulation by formulation, the last tunable fastest", () => {
  assertEquals([...enumerateConfigs(space)].map((c) => Object.values(c).join(" ")), [
    "1 plain 1",
    "1 plain 2",
    "2 plain 1",
    "2 plain 2",
    "2 plain 4",
    "1 matrix 8",
    "1 matrix 16",
    "2 matrix 16",
  ]);
});

Deno.test("violations() names what a config lacks or should not hold, and checks the rules of its formulation", () => {
  const of = (config: Config) => violations(space, config);
  assertEquals(of(plain), []);
  assertEquals(of({ ...plain, rows: 4 }), ["rows <= 2 * width"]);
  assertEquals(of({ ...matrix, width: 2, blocks: 8 }), ["width needs blocks of 16"]);
  assertEquals(of({ ...matrix, rows: 4 }), [
    "tunable rows belongs to formulation plain: the formulation is matrix",
  ]);
  assertEquals(of({ formulation: "plain", width: 1 }), ["tunable rows is missing"]);
  assertEquals(of({ width: 1, rows: 1 }), ["tunable formulation is missing"]);
});

Deno.test("withValue() keeps what both formulations read, and gives the rest initial values", () => {
  assertEquals(withValue(space, plain, "rows", 1), { ...plain, rows: 1 });
  const wide = withValue(space, { ...matrix, width: 2 }, "formulation", "plain");
  assertEquals(Object.entries(wide), Object.entries({ ...plain, width: 2 }));
  assertThrows(() => withValue(space, plain, "formulation", "serial"), RangeError, "No formulation serial");
  assertThrows(
    () => withValue(space, matrix, "rows", 1),
    RangeError,
    "Cannot set rows: tunable rows belongs to formulation plain: the formulation is matrix",
  );
  assertThrows(
    () => withValue(space, plain, "row", 1),
    RangeError,
    "Cannot set row: the config does not hold it",
  );
});

Deno.test("neighbours() are legal, one value away, and of the scope asked for", () => {
  assertEquals([...neighbours(space, plain)], [{ ...plain, width: 2 }, matrix, { ...plain, rows: 1 }]);
  assertEquals([...neighbours(space, plain, "step")], [{ ...plain, rows: 1 }]);
  // blocks=8 is legal at width 1 only
  assertEquals([...neighbours(space, { ...matrix, blocks: 8 })], [
    { ...plain },
    matrix,
  ]);
});

Deno.test("defineSpace() throws where the initial config of any formulation breaks a rule", () => {
  const rows = oneOf([1, 2], { initial: 1, doc });
  const rule = { holds: (c: { rows: number }) => c.rows === 2, reason: "two rows" };
  assertThrows(() => defineSpace({ rows }, [rule]), RangeError, 'its initial config breaks "two rows"');
  const ofMatrix = { ...rule, formulations: ["matrix"] };
  assertThrows(
    () => defineSpace({ formulation, rows }, [ofMatrix]),
    RangeError,
    'the initial config of matrix breaks "two rows"',
  );
});

Deno.test("defineSpace() throws for formulations there are none of", () => {
  const rows = oneOf([1, 2], { initial: 1, doc, formulations: ["matrx"] });
  assertThrows(
    () => defineSpace({ formulation, rows }),
    RangeError,
    "tunable rows names formulation matrx, which is not one of plain, matrix",
  );
  assertThrows(
    () => defineSpace({ rows }),
    RangeError,
    "tunable rows names formulations, and the space has none",
  );
  const rule = { holds: () => true, reason: "none", formulations: ["serial"] };
  assertThrows(
    () => defineSpace({ formulation }, [rule]),
    RangeError,
    'constraint "none" names formulation serial',
  );
});

Deno.test("defineSpace() throws where only some formulations read the storage type of a caller's tensor", () => {
  const io = oneOf(["f32", "f16"], { initial: "f32", doc, storageOf: ["q"], formulations: ["matrix"] });
  assertThrows(() => defineSpace({ formulation, io }), RangeError, "which every formulation reads");
});
