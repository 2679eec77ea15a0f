// chooseWinners() and barringTrial(): what stored trials say.
import { assertEquals } from "deno-std/assert/mod.js";
import type { Axes } from "../../kernels/core/family.ts";
import { barringTrial } from "../../profiles/blocklist.ts";
import type { Trial } from "../../profiles/schema.ts";
import { profileSchema } from "../../profiles/schema.ts";
import { chooseWinners } from "../../profiles/winners.ts";
import { failedTrial, sampleDevice, sampleTiming, sampleTrial, toyFamily } from "./samples.ts";

const now = { family: toyFamily(), sourceHash: "aaaa" };
const timed = (tile: number, medianUs: number, changes: Partial<Trial> = {}) =>
  sampleTrial({ config: { tile, wide: false }, timing: sampleTiming(medianUs), ...changes });

Deno.test("chooseWinners() takes the least median, names ties and keeps the default's time", () => {
  const [winner, ...others] = chooseWinners([timed(16, 20), timed(32, 10), timed(64, 10.1)], now);
  assertEquals(others, []);
  assertEquals(winner.variant, "toy:tile=32;wide=false");
  assertEquals(winner.bucket, "toy@T<=128,NH<=4,K=64");
  assertEquals(winner.tiedWith, ["toy:tile=64;wide=false"]);
  assertEquals(winner.defaultTiming?.medianUs, 20);
  assertEquals(
    profileSchema.safeParse({
      schemaVersion: 1,
      device: sampleDevice(),
      winners: [winner],
      updatedAt: "2026-11-23T10:00:00.000Z",
    }).success,
    true,
  );
});

Deno.test("chooseWinners() decides every bucket on its own and compares one size only", () => {
  const large = { B: 1, T: 4000, H: 4, K: 64 };
  const shorter = { ...large, T: 3000 };
  const winners = chooseWinners([
    timed(16, 20),
    timed(32, 300, { axes: large }),
    timed(64, 200, { axes: large }),
    timed(16, 100, { axes: shorter }), // faster for having less to do
  ], now);
  assertEquals(winners.map((w) => w.variant), ["toy:tile=16;wide=false", "toy:tile=64;wide=false"]);
});

Deno.test("chooseWinners() ignores failures, other sources, drivers and clocks; the last trial of a variant counts", () => {
  const winners = chooseWinners([
    timed(16, 20),
    timed(32, 1),
    failedTrial("incorrect", { config: { tile: 32, wide: false } }),
    timed(64, 2, { sourceHash: "bbbb" }),
    timed(64, 2, { driver: "1" }),
    timed(64, 2, { config: { tile: 64, wide: true }, timing: sampleTiming(2, { clock: "wall" }) }),
    timed(16, 21),
  ], { ...now, driver: "570.1" });
  assertEquals(winners.map((w) => [w.variant, w.timing.medianUs]), [["toy:tile=16;wide=false", 21]]);
});

Deno.test("barringTrial() finds a hang or a lost device at a size of no more operations", () => {
  const at = (T: number) => ({ B: 1, T, H: 4, K: 64 });
  const flopsAt = (axes: Axes) => axes.T * axes.H;
  const trials = [
    sampleTrial({ axes: at(100) }),
    failedTrial("incorrect", { axes: at(100) }),
    failedTrial("timeout", { config: { tile: 32, wide: false }, axes: at(100) }),
    failedTrial("device_lost", { axes: at(1000) }),
  ];
  const bar = (T: number, variant = "toy:tile=16;wide=false") =>
    barringTrial(trials, variant, at(T), flopsAt);
  assertEquals(bar(1000), trials[3]);
  assertEquals(bar(1001), trials[3]);
  assertEquals(bar(999), undefined);
  assertEquals(bar(100, "toy:tile=32;wide=false"), trials[2]);
  assertEquals(bar(1000, "toy:tile=64;wide=false"), undefined);
});
