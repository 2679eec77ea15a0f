import { type Dialect, namesIn, print, treeOf } from "../../exporters/native/expression.ts";
import { type NativeLaunch, scopeOf } from "../../exporters/native/launch.ts";
import { needsOf } from "../../exporters/native/requirements.ts";
import { Tables } from "../../exporters/native/tables.ts";
import type { ManifestVariant } from "../../exporters/wgsl/manifest.ts";
import { assertEquals, assertThrows } from "../assert.ts";

const plain: Dialect = {
  number: (value, wide) => wide ? `${value}w` : `${value}`,
  name: (name) => name,
  compare: (left, operator, right) => `is(${left} ${operator} ${right})`,
  functions: { "/": "div", "%": "mod", ceilDiv: "up", min: "min", max: "max", select: "select" },
};

Deno.test("print() keeps a formula's order with the parentheses it needs and no more", () => {
  const same = [
    "a - (b - c)",
    "a - b - c",
    "(a + b) * c",
    "a * b + c",
    "a * (b / 2)",
    "a * b / 2",
    "a / 2 / 3",
    "a % 2 * b",
  ];
  for (const formula of same) assertEquals(print(formula, plain), formula);
  assertEquals(print("((a)) + (b * c)", plain), "a + b * c");
  assertEquals(print("a / b * c", plain), "div(a, b) * c");
  assertEquals(print("a % (b + 1)", plain), "mod(a, b + 1)");
  assertEquals(print("a / 0", plain), "div(a, 0)");
  assertEquals(print("a < b == c", plain), "is(is(a < b) == c)");
  assertEquals(print("ceilDiv(a, 64) * 2 * 3", plain), "up(a, 64) * 2 * 3");
  assertEquals(print("a + 2 * 3", plain), "a + 2w * 3w");
  assertThrows(() => print("log2(a)", plain), RangeError, '"log2"');
  assertThrows(() => print("a +", plain), SyntaxError, "Cannot read");
});

Deno.test("treeOf() decides what compilers warn of, and reads no names for it", () => {
  const decided: [string, number][] = [["a <= a", 1], ["a < a", 0], ["a >= 0", 1], ["0 > b", 0], [
    "f + 1 == f + 1",
    1,
  ]];
  for (const [formula, value] of decided) assertEquals(treeOf(formula), value);
  assertEquals(namesIn(treeOf("select(a >= a, b, c * 2)")), ["b", "c"]);
  assertEquals(print("a > 0", plain), "is(a > 0)");
});

Deno.test("scopeOf() names what formulas use, and what that uses, and nothing else", () => {
  const launch: NativeLaunch = {
    name: "sample",
    axes: ["T", "H"],
    lets: [{ name: "heads", formula: "H" }, { name: "size", formula: "min(T, maxGroups)" }, {
      name: "idle",
      formula: "T",
    }],
    holds: [],
    loops: [{
      index: "window",
      count: "ceilDiv(T, size)",
      lets: [{ name: "first", formula: "window * size" }],
    }],
    lengths: [],
    steps: [],
  };
  const alone = scopeOf(launch, ["heads"]);
  assertEquals([alone.axes, alone.bounds, alone.lets.map(({ name }) => name), alone.loops], [["H"], [], [
    "heads",
  ], []]);
  const looped = scopeOf(launch, ["first + 1"], true);
  assertEquals([looped.axes, looped.bounds], [["T"], ["maxGroups"]]);
  assertEquals(looped.lets.map(({ name }) => name), ["size"]);
  assertEquals(looped.loops.map(({ isIndexUsed, lets }) => [isIndexUsed, lets.length]), [[true, 1]]);
  assertEquals(scopeOf(launch, ["1"], true).loops.map(({ isIndexUsed }) => isIndexUsed), [false]);
  assertThrows(() => scopeOf(launch, ["first"]), RangeError, 'no size is called "first"');
});

Deno.test("needsOf() refuses what native code has no word for", () => {
  const requires = { features: ["shader-f16"], limits: { maxComputeWorkgroupSizeX: 64 } };
  const variant = { id: "kda_decode:a=1", requires } as unknown as ManifestVariant;
  assertEquals(needsOf(variant), {
    features: ["SHADER_F16"],
    limits: [0, 0, 64, 0, 0, 0],
    subgroups: { min: 0, max: 0 },
    matrices: [],
  });
  const other = (changes: object) =>
    ({ ...variant, requires: { ...requires, ...changes } }) as ManifestVariant;
  assertThrows(() => needsOf(other({ features: ["float32-blendable"] })), RangeError, '"float32-blendable"');
  assertThrows(() => needsOf(other({ limits: { maxBindGroups: 4 } })), RangeError, '"maxBindGroups"');
  const matrix = { componentType: "i8", resultComponentType: "i32", M: 8, N: 8, K: 8 };
  assertThrows(() => needsOf(other({ subgroupMatrices: [matrix] })), RangeError, '"i8"');
});

Deno.test("tables of the same items stand there once", () => {
  const tables = new Tables((type, name, items) => `${type} ${name} = ${items}`);
  assertEquals([tables.nameOf("T", "a", ["1"]), tables.nameOf("T", "b", ["1"])], ["a", "a"]);
  assertEquals([tables.nameOf("U", "c", ["1"]), tables.nameOf("T", "d", ["2"])], ["c", "d"]);
  assertEquals(`${tables}`, "T a = 1\nU c = 1\nT d = 2");
});
