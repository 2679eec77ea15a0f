// What the table of winners says of each.
import { winnerRows } from "../../dashboard/app/device/winner_rows.ts";
import { completeAxes } from "../../kernels/core/axes.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { familyNamed } from "../../kernels/mod.ts";
import type { Winner } from "../../profiles/schema.ts";
import { sampleTiming, sampleWinner } from "../profiles/samples.ts";
import { assert, assertEquals } from "../assert.ts";

const family = familyNamed("kda_decode");
const initial = initialConfig(family.space);
const name = Object.keys(initial).find((key) => !family.space.tunables[key].storageOf)!;
const other = family.space.tunables[name].values.find((value) => value !== initial[name])!;
const storage = Object.keys(initial).find((key) => family.space.tunables[key].storageOf)!;
const otherStorage = family.space.tunables[storage].values.find((value) => value !== initial[storage])!;
const HASHES = new Map([[family.name, "now"]]);

function winner(config = initial, changes: Partial<Winner> = {}): Winner {
  return sampleWinner({
    family: family.name,
    bucket: "kda_decode@NH<=8",
    axes: completeAxes(family, {}),
    config,
    variant: formatVariant(family.name, config),
    sourceHash: "now",
    ...changes,
  });
}

const row = (winner: Winner) => winnerRows([winner], HASHES, undefined)[0];

Deno.test("a row has time, spread, interval, roofline and error of a winner", () => {
  const { workload, time, spread, interval, roofline, error, cautions } = row(
    winner(initial, { timing: sampleTiming(20), rooflinePercent: 61.26, error: 2e-5 }),
  );
  assertEquals([workload, time, spread, roofline, error], ["NH<=8", "20.0 us", "0.5 %", "61.3 %", "2.0e-5"]);
  assert(/19.8 us to 20.2 us/.test(interval), interval);
  assertEquals(cautions, []);
  assertEquals(row(winner()).roofline, "-");
});

Deno.test("a row says what the default is to it: itself, tied, slower, not timed", () => {
  const changed = { ...initial, [name]: other };
  const slow = { defaultTiming: sampleTiming(25) };
  const defaults = formatVariant(family.name, initial);
  assertEquals(row(winner()).versusDefault, "is the default");
  assertEquals(row(winner(changed, { ...slow, tiedWith: [defaults] })).versusDefault, "tie");
  assertEquals(row(winner(changed, slow)).versusDefault, "2.50x");
  assertEquals(row(winner(changed)).versusDefault, "-");
});

Deno.test("a row names the tunables that changed, storage types of the workload aside", () => {
  const kept = { ...initial, [storage]: otherStorage };
  assertEquals([row(winner(kept)).changed, row(winner(kept)).versusDefault], [[], "is the default"]);
  assertEquals(row(winner({ ...kept, [name]: other })).changed, [`${name}=${other}`]);
});

Deno.test("a row tells tied variants by what differs, and any other text as it is", () => {
  const tiedWith = [formatVariant(family.name, { ...initial, [name]: other }), "<script>", "gone:"];
  assertEquals(row(winner(initial, { tiedWith })).tied, [`${name}=${other}`, "<script>", "gone:"]);
});

Deno.test("a row warns of stale winners, low clocks and a wall clock", () => {
  const timing = sampleTiming(10, { lowClocks: true, clock: "wall" });
  assertEquals(row(winner(initial, { timing, sourceHash: "old" })).cautions, [
    "stale",
    "low clocks",
    "wall clock",
  ]);
});

Deno.test("a row links stages of its very variant only", () => {
  const { bucket, variant, axes, sourceHash, timing } = winner();
  const entry = {
    family: family.name,
    bucket,
    variant,
    axes,
    sourceHash,
    driver: "",
    at: "2026-11-24T00:00:00.000Z",
    times: { whole: timing, passes: [] },
  };
  const has = (of: string) =>
    winnerRows([winner()], HASHES, { schemaVersion: 1, entries: [{ ...entry, variant: of }] })[0].hasStages;
  assertEquals([has(variant), has("kda_decode:tileV=1")], [true, false]);
});

Deno.test("a winner of a family that is no more, or of config nobody knows, has a row", () => {
  const evil = { constructor: "<b>", toString: 1 };
  assertEquals(row(winner(evil, { family: "gone", variant: "<b>" })).cautions, ["stale"]);
  assertEquals(row(winner(evil, { variant: "<b>" })).changed, ["constructor=<b>", "toString=1"]);
  assertEquals(row(winner({ ...initial, [storage]: "<b>" }, { variant: "<b>" })).versusDefault, "-");
});
