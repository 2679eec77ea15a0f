// The cover GPU tests walk: complete, legal, small and the same every time.
import { type Config, defineSpace, oneOf } from "../../kernels/core/space.ts";
import { assert, assertEquals } from "../assert.ts";
import { pairwise } from "./pairwise.ts";

const doc = "a tunable of a test";
const space = defineSpace({
  a: oneOf([1, 2, 3, 4], { initial: 1, doc }),
  b: oneOf(["x", "y", "z"], { initial: "x", doc }),
  c: oneOf([true, false], { initial: true, doc }),
  d: oneOf([1, 2, 3], { initial: 1, doc }),
}, [{ holds: (c) => c.a !== 4 || c.b === "x", reason: "a=4 needs b=x" }]);

function pairsOf(config: Config): string[] {
  const words = Object.entries(config).map(([name, value]) => `${name}=${value}`);
  return words.flatMap((word, i) => words.slice(i + 1).map((other) => `${word} & ${other}`));
}

Deno.test("pairwise() holds every pair a legal config holds, in far fewer configs than the product", () => {
  const { configs, unfit } = pairwise(space, () => true);
  assertEquals(unfit, []);
  assert(configs.every((c) => c.a !== 4 || c.b === "x"));
  const covered = new Set(configs.flatMap(pairsOf));
  // 4*3 + 4*2 + 4*3 + 3*2 + 3*3 + 2*3 pairs less a=4 with y and z
  assertEquals(covered.size, 53 - 2);
  assert(configs.length >= 12 - 2 && configs.length <= 16, `${configs.length} configs of 60`);
  assertEquals(pairwise(space, () => true).configs, configs);
});

Deno.test("pairwise() covers each formulation by the tunables it reads, and names one that nothing fits", () => {
  const formed = defineSpace({
    formulation: oneOf(["flat", "tiled"], { initial: "flat", doc }),
    a: oneOf([1, 2], { initial: 1, doc }),
    tile: oneOf([8, 16, 32], { initial: 8, doc, formulations: ["tiled"] }),
  });
  const { configs, unfit } = pairwise(formed, () => true);
  assertEquals(unfit, []);
  assertEquals(configs.length, 2 + 6);
  assertEquals(Object.keys(configs[0]), ["formulation", "a"]);
  const flat = pairwise(formed, (c) => c.formulation === "flat");
  assertEquals([flat.configs.length, flat.unfit], [2, ["formulation=tiled"]]);
});

Deno.test("pairwise() names the pairs no config fits, and covers all others", () => {
  const { configs, unfit } = pairwise(space, (c) => !(c.a === 2 && c.d === 3));
  assertEquals(unfit, ["a=2 & d=3"]);
  assert(configs.every((c) => !(c.a === 2 && c.d === 3)));
  assertEquals(new Set(configs.flatMap(pairsOf)).size, 50);
});

Deno.test("pairwise() gives no config where none fits", () => {
  const { configs, unfit } = pairwise(space, () => false);
  assertEquals(configs, []);
  assertEquals(unfit.length, 51);
});
