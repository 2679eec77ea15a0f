// What the page of a family computes from trials, and the table of them.
import { families } from "../../kernels/mod.ts";
import { completeAxes } from "../../kernels/core/axes.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { progressOf } from "../../dashboard/app/family/best_so_far.ts";
import { bucketsOf } from "../../dashboard/app/family/buckets_of.ts";
import { chosenRows, type RowChoice, variantOf } from "../../dashboard/app/family/chosen_rows.ts";
import { failureGroups, withoutNumbers } from "../../dashboard/app/family/failure_groups.ts";
import { chosenAxes } from "../../dashboard/app/family/family_choices.ts";
import { heatCells } from "../../dashboard/app/family/heat_cells.ts";
import { etaSquared, importances } from "../../dashboard/app/family/importance.ts";
import { landscapeOf } from "../../dashboard/app/family/landscape.ts";
import { passRows } from "../../dashboard/app/family/pass_rows.ts";
import { trialColumns } from "../../dashboard/app/family/trial_columns.ts";
import { PORTABLE_DEVICE } from "../../cli/portable_device.ts";
import type { Trial } from "../../profiles/schema.ts";
import { assert, assertEquals } from "../assert.ts";
import { failedTrial, sampleTiming, sampleTrial, toyFamily } from "../profiles/samples.ts";

const toy = toyFamily();
const TILES = { name: "tile", values: [16, 32, 64] };
const WIDE = { name: "wide", values: [false, true] };

const at = (tile: number, wide: boolean, us: number, changes: Partial<Trial> = {}) =>
  sampleTrial({ config: { tile, wide }, timing: sampleTiming(us), ...changes });

const timedOf = (...trials: Trial[]) => landscapeOf(trials, { sourceHash: "aaaa" })!.timed;

Deno.test("etaSquared() is 1 where groups explain all, 0 where they explain nothing or nothing varies", () => {
  assertEquals(etaSquared([[1, 1], [2, 2]]), 1);
  assertEquals(etaSquared([[1, 4], [1, 4]]), 0);
  assertEquals(etaSquared([[3, 3], [3]]), 0);
  // Logs 0, 2 | 1, 3: between 4 * 0.5^2 = 1, total 5.
  assert(Math.abs(etaSquared([[1, Math.E ** 2], [Math.E, Math.E ** 3]]) - 0.2) < 1e-12);
});

Deno.test("importances() orders tunables by what they explain and leaves out those of one value", () => {
  const trials = timedOf(at(16, false, 10), at(32, false, 20), at(16, true, 10.1), at(32, true, 20.2));
  assertEquals(importances(toy.space, trials).map(({ name }) => name), ["tile", "wide"]);
  assertEquals(importances(toy.space, trials)[0].values.map(({ value, us }) => [value, us.length]), [
    [16, 2],
    [32, 2],
  ]);
  assertEquals(
    importances(toy.space, timedOf(at(16, false, 10), at(32, false, 20))).map(({ name }) => name),
    [
      "tile",
    ],
  );
  assertEquals(importances(toy.space, []), []);
});

Deno.test("importances() says no share below two trials a value, and puts such tunables last", () => {
  const trials = timedOf(at(16, false, 10), at(32, false, 20), at(64, false, 30), at(16, true, 10));
  assertEquals(importances(toy.space, trials).map(({ name, share }) => [name, share === undefined]), [
    ["wide", false],
    ["tile", true],
  ]);
});

Deno.test("heatCells() has the best of each pair, and tells failed from untried", () => {
  const cells = heatCells(
    [
      at(16, false, 12),
      at(16, false, 9),
      failedTrial("timeout", { config: { tile: 16, wide: false } }),
      failedTrial("rejected", { config: { tile: 32, wide: true } }),
    ],
    TILES,
    WIDE,
  );
  assertEquals(cells.length, 6);
  const cell = (x: number, y: boolean) => cells.find((c) => c.x === x && c.y === y)!;
  assertEquals(cell(16, false), {
    x: 16,
    y: false,
    tried: 3,
    kind: "timed",
    us: 9,
    variant: "toy:tile=16;wide=false",
  });
  assertEquals([cell(32, true).kind, cell(64, false).kind], ["failed", "untried"]);
});

Deno.test("failureGroups() puts reasons together that differ by their numbers and variants only", () => {
  const groups = failureGroups([
    failedTrial("rejected", { reason: "one dispatch takes 336 ms, above the cap of 200 ms" }),
    failedTrial("timeout", { reason: "compiling took 30.5 s" }),
    failedTrial("rejected", { reason: "one dispatch takes 1.2e3 ms, above the cap of 200 ms" }),
    sampleTrial(),
  ]);
  assertEquals(groups.map(({ status, pattern, count }) => [status, pattern, count]), [
    ["rejected", "one dispatch takes # ms, above the cap of # ms", 2],
    ["timeout", "compiling took # s", 1],
  ]);
  assertEquals(groups[0].example.reason, "one dispatch takes 1.2e3 ms, above the cap of 200 ms");
  assertEquals(
    withoutNumbers("Cannot run toy:tile=16;wide=false: f16 at 0x7f is 4096 of T=100"),
    "Cannot run <variant>: f16 at # is # of T=#",
  );
});

Deno.test("landscapeOf() compares one size, one source and one clock, and counts what it leaves out", () => {
  const small = { B: 1, T: 60, H: 4, K: 64 };
  const trials = [
    at(16, false, 5, { sourceHash: "old" }),
    at(16, false, 10),
    at(32, false, 20, { axes: small }),
    at(32, false, 20),
    at(16, false, 11),
    at(64, false, 3, { timing: sampleTiming(3, { clock: "wall" }) }),
  ];
  const landscape = landscapeOf(trials, { sourceHash: "aaaa" })!;
  assertEquals(landscape.axes, sampleTrial().axes);
  assertEquals(landscape.attempts.length, 3);
  assertEquals(landscape.timed.map(({ timing }) => timing.medianUs), [11, 20]);
  assertEquals(landscape.leftOut, { stale: 1, otherSize: 1, otherClock: 1 });
  assertEquals(landscape.isStale, false);
  assertEquals(landscapeOf(trials, { sourceHash: "aaaa", axes: small })!.axes, small);
  // Where nothing is of the source as it is now, the newest source stands, and is called stale.
  const stale = landscapeOf(trials, { sourceHash: "new" })!;
  assertEquals([stale.isStale, stale.timed.length], [true, 2]);
  assertEquals(landscapeOf([], {}), undefined);
});

Deno.test("progressOf() steps down where a trial is faster than all before it", () => {
  const progress = progressOf([
    at(16, false, 10),
    failedTrial("timeout"),
    at(32, false, 12),
    at(64, false, 4),
  ]);
  assertEquals(progress.steps.map(({ place, us }) => [place, us]), [[1, 10], [4, 4]]);
  assertEquals([progress.failed, progress.timed.length, progress.count], [[2], 3, 4]);
});

Deno.test("chosenAxes() never puts one tunable on both axes, whatever is asked", () => {
  const tunables = ["a", "b", "c"].map((name) => ({ name, trials: 0, values: [] }));
  const names = (asked: { x?: string; y?: string }) =>
    chosenAxes(tunables, [], asked)?.map(({ name }) => name);
  assertEquals(names({}), ["a", "b"]);
  assertEquals(names({ x: "c" }), ["c", "a"]);
  assertEquals(names({ y: "a" }), ["b", "a"]);
  assertEquals(names({ x: "b", y: "b" }), ["b", "a"]);
  assertEquals(names({ x: "<script>", y: "__proto__" }), ["a", "b"]);
  assertEquals(chosenAxes(tunables.slice(1, 2), [], {}), undefined);
});

Deno.test("chosenAxes() takes tunables of the winner that meet in a trial, unless two are asked for", () => {
  const tunables = ["theirs", "ours", "both"].map((name) => ({ name, trials: 0, values: [] }));
  const trials: Pick<Trial, "config">[] = [{ config: { theirs: 1, both: 1 } }, {
    config: { ours: 1, both: 1 },
  }];
  const names = (asked: { x?: string; y?: string }, winner = trials[1].config) =>
    chosenAxes(tunables, trials, asked, winner)!.map(({ name }) => name);
  assertEquals(names({}), ["ours", "both"]);
  assertEquals(names({ x: "theirs" }), ["theirs", "both"]);
  assertEquals(names({ x: "theirs", y: "ours" }), ["theirs", "ours"]);
});

Deno.test("bucketsOf() sorts trials into buckets, the fullest first", () => {
  const large = { B: 1, T: 1000, H: 4, K: 64 };
  const buckets = bucketsOf([
    at(16, false, 1),
    at(16, false, 2, { axes: large }),
    at(32, false, 3, { axes: large }),
  ], toy);
  assertEquals(buckets.map(({ bucket, trials }) => [bucket, trials.length]), [
    ["toy@T<=1024,NH<=4,K=64", 2],
    ["toy@T<=128,NH<=4,K=64", 1],
  ]);
});

const ALL: RowChoice = { text: "", status: "", sort: "us", descending: false };
const columns = trialColumns(
  "toy",
  toy.space,
  [
    at(32, false, 20),
    failedTrial("timeout", { config: { tile: 64, wide: false }, reason: "compiling took 30 s" }),
    at(16, true, 10),
    at(16, false, 30),
  ].map((trial, i) => ({ place: i + 1, trial })),
  { size: () => "T=100", status: ({ status }) => status },
);

Deno.test("chosenRows() sorts by any column, what has no value last in either order", () => {
  const sorted = (sort: string, descending = false) => chosenRows(columns, { ...ALL, sort, descending });
  assertEquals(sorted("us"), [2, 0, 3, 1]);
  assertEquals(sorted("us", true), [3, 0, 2, 1]);
  assertEquals(sorted("config:tile"), [2, 3, 0, 1]);
  assertEquals(sorted("reason"), [1, 0, 2, 3]);
  assertEquals(sorted("no such column"), [0, 1, 2, 3]);
});

Deno.test("chosenRows() keeps rows that hold every word, and one status", () => {
  const kept = (choice: Partial<RowChoice>) => chosenRows(columns, { ...ALL, ...choice });
  assertEquals(kept({ text: "TILE=16 wide=false" }), [3]);
  assertEquals(kept({ text: "compiling" }), [1]);
  assertEquals(kept({ status: "passed" }), [2, 0, 3]);
  assertEquals(kept({ text: "nothing holds this" }), []);
});

Deno.test("trialColumns() keeps the variant, and values no tunable of the space has any more", () => {
  assertEquals(variantOf(columns, 2), "toy:tile=16;wide=true");
  const old = trialColumns("toy", toy.space, [{
    place: 1,
    trial: at(99, true, 1, { config: { tile: 99, gone: "x" } }),
  }], {
    size: () => "",
    status: () => "",
  });
  assertEquals(variantOf(old, 0), "toy:tile=99;gone=x");
});

for (const family of families) {
  Deno.test(`passRows() and trialColumns() take ${family.name} as it is`, () => {
    const config = initialConfig(family.space);
    const plan = family.plan(completeAxes(family, {}), config, PORTABLE_DEVICE);
    const rows = passRows(plan);
    assertEquals(rows.reduce((sum, row) => sum + row.dispatches, 0), plan.passes.length);
    assert(rows.every(({ bytes, workgroups }) => bytes > 0 && workgroups > 0));
    const trial = { ...sampleTrial(), family: family.name, config };
    const columns = trialColumns(family.name, family.space, [{ place: 1, trial }], {
      size: () => "",
      status: () => "",
    });
    assertEquals(variantOf(columns, 0), formatVariant(family.name, config));
  });
}
