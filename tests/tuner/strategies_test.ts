// Every strategy keeps the contract (no repeats, budget, begins at the start); each does what its name says.
import { assertEquals, assertThrows } from "deno-std/assert/mod.js";
import fc from "fast-check";
import { type Config, defineSpace, initialConfig, oneOf } from "../../kernels/core/space.ts";
import { enumerateConfigs } from "../../kernels/core/walk_space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { coordinate } from "../../tuner/strategies/coordinate.ts";
import { exhaustive } from "../../tuner/strategies/exhaustive.ts";
import { type SearchOptions, strategies, type Strategy, strategyNamed } from "../../tuner/strategies/mod.ts";
import { random } from "../../tuner/strategies/random.ts";

const doc = "";
const space = defineSpace({
  chunkSize: oneOf([16, 32, 64], { initial: 64, doc }),
  tileK: oneOf([8, 16, 32, 64], { initial: 16, doc, scope: "intra" }),
  unrollIntra: oneOf([false, true], { initial: false, doc, scope: "intra" }),
  tileV: oneOf([16, 32, 64], { initial: 32, doc, scope: "state" }),
  lanes: oneOf([32, 64, 128, 256], { initial: 64, doc, scope: "state" }),
}, [{ holds: (c) => c.tileV <= c.chunkSize, reason: "tileV must not exceed chunkSize" }]);
const all = [...enumerateConfigs(space)];
const idOf = (config: Config) => formatVariant("toy", config);

/** A sum over passes with its least value at chunkSize 32, tileK 32, unrolled, tileV 16, lanes 128. */
function timeOf(config: Config): number {
  const step = (name: string, best: number) => Math.abs(Math.log2(Number(config[name]) / best));
  return 10 + 3 * step("chunkSize", 32) + 2 * step("tileK", 32) + (config.unrollIntra ? 0 : 1) +
    2 * step("tileV", 16) + step("lanes", 128);
}

/** Runs a search against a function standing for a device; a time of undefined is a failed trial. */
function run(
  strategy: Strategy,
  options: Partial<SearchOptions> = {},
  measure: (config: Config) => number | undefined = timeOf,
  within = space as Parameters<Strategy["search"]>[0],
): Config[] {
  const search = strategy.search(within, { budget: Infinity, seed: 1, ...options });
  const tried: Config[] = [];
  for (let step = search.next(); !step.done;) {
    tried.push(step.value);
    step = search.next({ medianUs: measure(step.value) });
  }
  return tried;
}

for (const strategy of strategies) {
  Deno.test(`${strategy.name} asks for legal configs, none twice, within its budget`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(), fc.func(fc.nat()), (budget, seed, time) => {
        // A quarter of the trials fail.
        const tried = run(
          strategy,
          { budget, seed },
          (c) => time(idOf(c)) % 4 === 0 ? undefined : time(idOf(c)) + 1,
        );
        const ids = tried.map(idOf);
        assertEquals(new Set(ids).size, ids.length);
        assertEquals(ids.length <= budget, true);
        assertEquals(
          ids.every((id) => all.some((config) => idOf(config) === id)),
          true,
        );
      }),
      { numRuns: 30 },
    );
  });

  Deno.test(`${strategy.name} begins at the warm start, then the default`, () => {
    const start = all.at(-1)!;
    assertEquals(run(strategy, { budget: 1 }), [initialConfig(space)]);
    assertEquals(run(strategy, { start, budget: 2 }), [start, initialConfig(space)]);
    const reversed = Object.fromEntries(Object.entries(start).reverse());
    assertEquals(run(strategy, { start: reversed, budget: 1 }).map(idOf), [idOf(start)]);
    const illegal = { ...start, chunkSize: 16, tileV: 64 };
    assertEquals(run(strategy, { start: illegal, budget: 1 }), [initialConfig(space)]);
  });

  Deno.test(`${strategy.name} never asks for an infeasible config, and ends where none is feasible`, () => {
    const tried = run(strategy, { isFeasible: (c) => c.chunkSize !== 64 });
    assertEquals(tried.length > 0 && tried.every((c) => c.chunkSize !== 64), true);
    assertEquals(run(strategy, { isFeasible: () => false }), []);
  });

  Deno.test(`${strategy.name} ends where every trial fails`, () => {
    assertEquals(run(strategy, {}, () => undefined).length <= all.length, true);
  });
}

Deno.test("exhaustive covers every legal config once", () => {
  assertEquals(run(exhaustive).map(idOf).sort(), all.map(idOf).sort());
});

Deno.test("random covers the space without repeats and is stable by seed", () => {
  assertEquals(run(random).map(idOf).sort(), all.map(idOf).sort());
  assertEquals(run(random, { seed: 7, budget: 20 }), run(random, { seed: 7, budget: 20 }));
  assertEquals(idOf(run(random, { seed: 7 })[1]) === idOf(run(random, { seed: 8 })[1]), false);
});

Deno.test("random draws from a space too large to list", () => {
  const values = Array.from({ length: 1000 }, (_, i) => i);
  const huge = defineSpace({
    a: oneOf(values, { initial: 0, doc }),
    b: oneOf(values, { initial: 0, doc }),
    c: oneOf(values, { initial: 0, doc }),
  });
  assertEquals(new Set(run(random, { budget: 50 }, () => 1, huge).map(idOf)).size, 50);
});

Deno.test("coordinate reaches the optimum of a separable time in fewer trials than exhaustive", () => {
  const tried = run(coordinate);
  const best = tried.reduce((a, b) => timeOf(b) < timeOf(a) ? b : a);
  assertEquals(best, { chunkSize: 32, tileK: 32, unrollIntra: true, tileV: 16, lanes: 128 });
  assertEquals(tried.length < all.length / 3, true, `${tried.length} of ${all.length}`);
});

Deno.test("coordinate tries every setting of the family-wide tunables, that of the default first", () => {
  const order = [...new Set(run(coordinate).map((config) => config.chunkSize))];
  assertEquals(order, [64, 16, 32]);
});

Deno.test("coordinate tunes a space without scopes as one pass", () => {
  const flat = defineSpace({
    a: oneOf([1, 2, 3, 4, 5, 6], { initial: 1, doc }),
    b: oneOf([1, 2, 3, 4, 5, 6], { initial: 1, doc }),
  });
  const tried = run(coordinate, {}, (c) => 1 + (6 - Number(c.a)) + Math.abs(3 - Number(c.b)), flat);
  assertEquals(tried.some((c) => c.a === 6 && c.b === 3), true);
  assertEquals(tried.length, 11 + 5); // the second round asks only for a = 1..5 beside b = 3
});

/** Two passes, or a serial form of one, or one on matrix units that some devices lack. */
const formed = defineSpace({
  formulation: oneOf(["passes", "serial", "matrix"], { initial: "passes", doc }),
  chunkSize: oneOf([16, 32, 64], { initial: 64, doc, formulations: ["passes", "matrix"] }),
  lanes: oneOf([32, 64, 128], { initial: 64, doc, scope: "scan", formulations: ["passes"] }),
  tile: oneOf([8, 16, 32], { initial: 8, doc, scope: "scan", formulations: ["matrix"] }),
  rows: oneOf([1, 2, 4], { initial: 1, doc, formulations: ["serial"] }),
  batch: oneOf([1, 2, 4], { initial: 1, doc, formulations: ["serial"] }),
});
const initialOfEach = ["passes", "serial", "matrix"].map((f) => initialConfig<Config>(formed, f));
/** Matrix units lose by their initial config and win by a tuned one. */
function formedTime(c: Config): number {
  if (c.formulation === "passes") return 20 + Number(c.lanes) / 64 + Number(c.chunkSize) / 64;
  if (c.formulation === "serial") return 30 - Number(c.rows) - Number(c.batch);
  return 25 - Number(c.tile) / 2 + Number(c.chunkSize) / 16;
}

for (const strategy of strategies) {
  Deno.test(`${strategy.name} tries the initial config of every formulation first, and keeps to what each reads`, () => {
    const legal = new Set([...enumerateConfigs<Config>(formed)].map(idOf));
    const tried = run(strategy, {}, formedTime, formed);
    assertEquals(tried.slice(0, 3), initialOfEach);
    assertEquals(tried.every((config) => legal.has(idOf(config))), true);
    assertEquals(new Set(tried.map(idOf)).size, tried.length);
    const start = { formulation: "matrix", chunkSize: 16, tile: 32 };
    assertEquals(run(strategy, { start, budget: 4 }, formedTime, formed), [start, ...initialOfEach]);
    assertEquals(
      run(strategy, { seed: 3 }, formedTime, formed),
      run(strategy, { seed: 3 }, formedTime, formed),
    );
  });

  Deno.test(`${strategy.name} passes over a formulation that no config of can run`, () => {
    const tried = run(strategy, { isFeasible: (c) => c.formulation !== "matrix" }, formedTime, formed);
    assertEquals(tried.slice(0, 2), initialOfEach.slice(0, 2));
    assertEquals(tried.every((c) => c.formulation !== "matrix"), true);
  });
}

Deno.test("exhaustive and random cover every formulation", () => {
  const legal = [...enumerateConfigs<Config>(formed)].map(idOf).sort();
  for (const strategy of [exhaustive, random]) {
    assertEquals(run(strategy, {}, formedTime, formed).map(idOf).sort(), legal);
  }
});

Deno.test("coordinate tunes each formulation in one setting, the most promising first, then the fastest", () => {
  const tried = run(coordinate, {}, formedTime, formed).slice(3);
  // By first looks: passes 22, serial 28, matrix 25; once tuned, matrix leads with 13.
  const order = tried.map((c) => `${c.formulation} ${c.chunkSize ?? ""}`.trim());
  assertEquals([...new Set(order)], [
    "passes 64",
    "matrix 64",
    "serial",
    "matrix 16",
    "matrix 32",
    "passes 16",
    "passes 32",
  ]);
  const best = tried.reduce((a, b) => formedTime(b) < formedTime(a) ? b : a);
  assertEquals(best, { formulation: "matrix", chunkSize: 16, tile: 32 });
});

Deno.test("coordinate tunes a formulation whose initial config cannot run from the nearest that can", () => {
  const isFeasible = (c: Config) => c.formulation !== "matrix" || Number(c.chunkSize) < 32;
  const tried = run(coordinate, { isFeasible }, formedTime, formed);
  assertEquals(tried.slice(0, 3), [
    ...initialOfEach.slice(0, 2),
    { formulation: "matrix", chunkSize: 16, tile: 8 },
  ]);
});

Deno.test("strategyNamed() proposes the nearest name", () => {
  assertEquals(strategyNamed("random"), random);
  assertThrows(() => strategyNamed("exhuastive"), RangeError, 'did you mean "exhaustive"?');
});
