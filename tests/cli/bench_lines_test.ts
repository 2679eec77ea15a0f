// benchLines() and stageLines(): goals beside results, shares of the whole call, and what no stage accounts for.
import { benchLines, type BenchRow, stageLines } from "../../cli/bench_lines.ts";
import { SUITES } from "../../tuner/workloads.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleDevice, sampleTiming, sampleTrial } from "../profiles/samples.ts";

const timing = (medianUs: number) => sampleTiming(medianUs, { madUs: 0 });
const row = (medianUs: number, changes: Partial<BenchRow> = {}): BenchRow => ({
  workload: "KDA decode",
  axes: "N=1",
  from: "asked for",
  trial: sampleTrial({ timing: timing(medianUs) }),
  floorUs: 60,
  ...changes,
});
const device = sampleDevice({ backend: "dawn" });

Deno.test("benchLines() shows goal and ratio for every row where any has a goal, and not elsewhere", () => {
  const [head, , met, missed, none] = benchLines(
    [row(66, { goalUs: 100 }), row(200, { goalUs: 100 }), row(70)],
    device,
  );
  assertEquals(head.trim().split(/ {2,}/).slice(0, 5), [
    "workload",
    "goal",
    "median",
    "median/goal",
    "floor",
  ]);
  const cells = (line: string) => line.trim().split(/ {2,}/).slice(1, 5);
  assertEquals(cells(met), ["100 us", "66.0 us +-0.0%", "0.66", "60.0 us"]);
  assertEquals(cells(missed), ["100 us", "200 us +-0.0%", "2.00", "60.0 us"]);
  assertEquals(cells(none), ["-", "70.0 us +-0.0%", "-", "60.0 us"]);
  assertEquals(
    benchLines([row(66, { goalUs: 100 })], device).at(-1),
    "Goals are for an NVIDIA H200 through dawn; below 1.00 is met.",
  );
  assert(!benchLines([row(66)], device).join().includes("oal"));
});

Deno.test("the suite targets has a goal for both backends in every row", () => {
  for (const { name, goalUs } of SUITES.targets) {
    assert(goalUs!.builtin! >= goalUs!.dawn!, name);
  }
});

Deno.test("stageLines() gives each pass its share of the call, and to no stage what none accounts for", () => {
  const stages = [{ name: "gates", us: 30 }, { name: "inverse", us: 50 }];
  const lines = stageLines([row(200, {
    stages: {
      whole: timing(200),
      passes: [
        { label: "prepare", dispatches: 4, timing: timing(100), memoryUs: 20, stages },
        { label: "scan", dispatches: 1, timing: timing(98), memoryUs: 10, stages: [] },
      ],
    },
  })]);
  assertEquals(lines.slice(4, 10).map((line) => line.trim().split(/ {2,}/)), [
    ["prepare (4 dispatches)", "100 us +-0.0%", "50.0 %", "20.0 us"],
    ["gates", "30.0 us", "15.0 %", "-"],
    ["inverse", "50.0 us", "25.0 %", "-"],
    ["rest", "20.0 us", "10.0 %", "-"],
    ["scan", "98.0 us +-0.0%", "49.0 %", "10.0 us"],
    ["whole call", "200 us +-0.0%", "100.0 %", "60.0 us"],
  ]);
  assert(lines.join(" ").includes("An indented stage is timed by leaving it out"));
  assertEquals(stageLines([row(200)]), []);
});
