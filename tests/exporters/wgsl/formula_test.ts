// Formulas of a manifest: precedence, whole numbers, names, and what is refused. Against plan(): tests/contracts/launch_test.ts.
import fc from "fast-check";
import { evaluate, extend, parse, rounds } from "../../../exporters/wgsl/runtime/formula.js";
import { assertEquals, assertThrows } from "../../assert.ts";

const NAMES: Record<string, number> = { a: 7, b_2: 3, big: 2 ** 40 };

Deno.test("evaluate() binds as arithmetic does, from the left, and rounds division down", () => {
  const cases: [string, number][] = [
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 3 - 2", 5],
    ["7 / 2 * 2", 6],
    ["7 * 2 % 4", 2],
    ["1 + 1 == 2", 1],
    ["1 < 2 * 0", 0],
    ["a<=7", 1],
    ["a * b_2 >= 22", 0],
    ["ceilDiv(a, b_2)", 3],
    ["min(a, max(b_2, 5))", 5],
    ["select(a > b_2, a - b_2, 0)", 4],
    ["big * 1024 / big", 1024],
  ];
  for (const [text, value] of cases) assertEquals(evaluate(text, NAMES), value, text);
});

Deno.test("parse() refuses what is no formula", () => {
  for (
    const text of [
      "",
      "1 +",
      "(1",
      "1)",
      "a b",
      "1.5",
      "2x",
      "f(",
      "f()",
      "a ? b : 1",
      "a != 1",
      "a && b",
      "-1",
    ]
  ) {
    assertThrows(() => parse(text), SyntaxError, `Cannot read the formula "${text}"`);
  }
});

Deno.test("evaluate() names what it does not know, also where every object has one of that name", () => {
  assertThrows(() => evaluate("a + c", NAMES), RangeError, 'No size is called "c"');
  assertThrows(() => evaluate("constructor", NAMES), RangeError, 'No size is called "constructor"');
  assertThrows(() => evaluate("floor(a)", NAMES), RangeError, 'No operation is called "floor"');
  assertThrows(() => evaluate("toString(a)", NAMES), RangeError, 'No operation is called "toString"');
});

/** A formula, the same for JavaScript, and its value as WGSL hosts compute it: every division rounded down. */
interface Sum {
  readonly text: string;
  readonly script: string;
}
const { sum } = fc.letrec<{ sum: Sum; leaf: Sum }>((tie) => ({
  leaf: fc.oneof(
    fc.nat(1000).map((n) => ({ text: `${n}`, script: `${n}` })),
    fc.constantFrom("a", "b_2", "big").map((name) => ({ text: name, script: `n.${name}` })),
  ),
  sum: fc.oneof(
    { maxDepth: 5 },
    tie("leaf"),
    fc.tuple(tie("sum"), fc.constantFrom("+", "*", "-", "<", "<=", "==", ">", ">="), tie("sum")).map(
      ([l, op, r]) => ({
        text: `(${l.text} ${op} ${r.text})`,
        script: op === "==" ? `Number(${l.script} === ${r.script})` : `Number(${l.script} ${op} ${r.script})`,
      }),
    ),
    fc.tuple(tie("sum"), fc.integer({ min: 1, max: 99 })).map(([l, by]) => ({
      text: `(${l.text} / ${by})`,
      script: `Math.floor(${l.script} / ${by})`,
    })),
    fc.tuple(tie("sum"), tie("sum"), tie("sum")).map(([c, l, r]) => ({
      text: `select(${c.text}, ${l.text}, ${r.text})`,
      script: `(${c.script} ? ${l.script} : ${r.script})`,
    })),
    fc.tuple(fc.constantFrom("min", "max"), tie("sum"), tie("sum")).map(([op, l, r]) => ({
      text: `${op}(${l.text}, ${r.text})`,
      script: `Math.${op}(${l.script}, ${r.script})`,
    })),
  ),
}));

Deno.test("evaluate() agrees with JavaScript on any formula", () => {
  fc.assert(
    fc.property(
      sum,
      ({ text, script }) => Object.is(evaluate(text, NAMES), new Function("n", `return ${script}`)(NAMES)),
    ),
    { numRuns: 300, seed: 17 },
  );
});

Deno.test("evaluate() needs no parentheses where JavaScript needs none", () => {
  const operands = fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 2, maxLength: 8 });
  const operators = fc.array(fc.constantFrom("+", "-", "*", "%"), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(operands, operators, (numbers, signs) => {
      const text = numbers.map((n, i) => i === 0 ? `${n}` : `${signs[i]} ${n}`).join(" ");
      return evaluate(text, {}) === new Function(`return ${text}`)();
    }),
    { numRuns: 300, seed: 17 },
  );
});

Deno.test("extend() lets a name use those before it, rounds() walks loops from the outermost", () => {
  assertEquals(extend({ c: "a * 2", d: "c + 1" }, { a: 3 }), { a: 3, c: 6, d: 7 });
  assertThrows(() => extend({ d: "c + 1", c: "a" }, { a: 3 }), RangeError, '"c"');
  const loops: Parameters<typeof rounds>[0] = [
    { index: "i", count: "a", lets: { first: "i * 10" } },
    { index: "j", count: "i + 1", lets: { at: "first + j" } },
  ];
  assertEquals(rounds(loops, { a: 3 }).map(({ at }) => at), [0, 10, 11, 20, 21, 22]);
  assertEquals(rounds([], { a: 3 }), [{ a: 3 }]);
  assertEquals(rounds([{ index: "i", count: "a - 3", lets: {} }], { a: 3 }), []);
});
