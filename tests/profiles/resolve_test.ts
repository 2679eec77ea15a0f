// resolve(), deviceSlug(), rungOf(), bucketOf(), bucketDistance(): what serves a workload on a device.
import { assertEquals, assertMatch, assertNotEquals } from "deno-std/assert/mod.js";
import fc from "fast-check";
import { bucketDistance, bucketOf } from "../../profiles/buckets.ts";
import { deviceSlug, rungOf } from "../../profiles/device_ladder.ts";
import { resolve } from "../../profiles/resolve.ts";
import type { DeviceRecord, Profile, Winner } from "../../profiles/schema.ts";
import { PORTABLE_DEVICE } from "../../cli/portable_device.ts";
import { completeAxes } from "../../kernels/core/axes.ts";
import type { AnyFamily } from "../../kernels/core/family.ts";
import { refusal } from "../../kernels/core/fit.ts";
import { type Config, defineSpace, oneOf } from "../../kernels/core/space.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { sampleDevice, sampleWinner, toyFamily } from "./samples.ts";

const family = toyFamily();
const device = sampleDevice();
const axes = { B: 1, T: 100, H: 4, K: 64 };

function profileOf(device: DeviceRecord, ...winners: Winner[]): Profile {
  return { schemaVersion: 1, device, winners, updatedAt: "2026-11-23T10:00:00.000Z" };
}
const winner = (tile: number, changes: Partial<Winner> = {}) =>
  sampleWinner({ config: { tile, wide: false }, variant: `toy:tile=${tile};wide=false`, ...changes });

Deno.test("deviceSlug() is safe as a folder name, names the backend and marks software", () => {
  assertEquals(deviceSlug(device), "builtin_nvidia_hopper_2330");
  assertEquals(
    deviceSlug(sampleDevice({ backend: "dawn", driver: "999", runtime: "deno 3" })),
    "dawn_nvidia_hopper_2330",
  );
  assertMatch(deviceSlug(sampleDevice({ software: true })), /_software$/);
  const nameless = { architecture: "", description: "NVIDIA H200", device: "0x2335" };
  assertEquals(deviceSlug(sampleDevice(nameless)), "builtin_nvidia_h200_0x2335");
  assertEquals(
    deviceSlug(sampleDevice({ ...nameless, backend: "dawn", device: "h200" })),
    "dawn_nvidia_h200",
  );
  assertNotEquals(
    deviceSlug(sampleDevice({ device: "M1/Pro" })),
    deviceSlug(sampleDevice({ device: "M1 Pro" })),
  );
  const words = fc.record({ vendor: fc.string(), architecture: fc.string(), device: fc.string() });
  fc.assert(fc.property(words, (w) => assertMatch(deviceSlug(sampleDevice(w)), /^[a-z0-9_-]{1,150}$/)));
});

Deno.test("rungOf() descends from adapter to vendor and never joins software with hardware", () => {
  assertEquals(rungOf(device, device), "adapter");
  assertEquals(rungOf(sampleDevice({ driver: "1" }), device), "architecture");
  assertEquals(rungOf(sampleDevice({ device: "2336" }), device), "architecture");
  assertEquals(rungOf(sampleDevice({ architecture: "ada" }), device), "vendor");
  assertEquals(rungOf(sampleDevice({ vendor: "amd" }), device), undefined);
  assertEquals(rungOf(sampleDevice({ software: true }), device), undefined);
  const nameless = { vendor: "", architecture: "" };
  assertEquals(rungOf(sampleDevice({ ...nameless, device: "1" }), sampleDevice(nameless)), undefined);
});

Deno.test("bucketOf() classes tokens and heads by powers of two and keeps head sizes exact", () => {
  assertEquals(
    bucketOf("kda_prefill", { B: 1, T: 8000, H: 32, HV: 32, K: 128, V: 128, N: 1 }),
    "kda_prefill@T<=8192,NH<=32,K=128,V=128",
  );
  assertEquals(bucketOf("mla_decode", { N: 3, H: 20, S: 100000, P: 12 }), "mla_decode@S<=131072,NH<=64");
  assertEquals(
    bucketOf("f", { T: 8192, K: 64 }),
    bucketOf("f", { K: 64, T: 4097 }),
  );
  assertNotEquals(bucketOf("f", { T: 8192 }), bucketOf("f", { T: 8193 }));
});

Deno.test("bucketDistance() counts power-of-two steps, and refuses other families and head sizes", () => {
  const at = (T: number, K = 64) => bucketOf("f", { T, H: 4, K });
  assertEquals(bucketDistance(at(8192), at(8192)), 0);
  assertEquals(bucketDistance(at(8192), at(1024)), 3);
  assertEquals(bucketDistance(at(8192), at(8192, 128)), undefined);
  assertEquals(bucketDistance(bucketOf("g", { T: 1 }), bucketOf("f", { T: 1 })), undefined);
});

Deno.test("bucketDistance() counts other head sizes and families as far away where what is akin will do", () => {
  const at = (T: number, K = 64, family = "f") => bucketOf(family, { T, H: 4, K });
  const far = (a: string, b: string) => bucketDistance(a, b, { akin: true })!;
  assertEquals(far(at(8192), at(1024)), 3);
  assertEquals(far(at(8192), at(8192, 128)) > far(at(8192), at(1)), true);
  assertEquals(far(at(8192), at(8192, 128, "g")) > far(at(8192), at(8192, 128)), true);
  assertEquals(bucketDistance(at(8192), bucketOf("f", { S: 8192, H: 4, K: 64 }), { akin: true }), undefined);
});

Deno.test("resolve() falls back to the family's default where nothing is known", () => {
  assertEquals(resolve([], device, family, axes, "aaaa"), {
    config: { tile: 16, wide: false },
    rung: "portable",
    exactBucket: false,
    skipped: [],
  });
});

Deno.test("resolve() prefers the exact bucket, then the nearest one of the same device, then farther rungs", () => {
  const exact = winner(32, { bucket: bucketOf("toy", axes) });
  const near = winner(64, { bucket: bucketOf("toy", { ...axes, T: 1000 }) });
  const far = winner(16, { bucket: bucketOf("toy", { ...axes, T: 100000 }) });
  const sibling = profileOf(sampleDevice({ device: "2336" }), winner(16, { bucket: exact.bucket }));
  const found = resolve([sibling, profileOf(device, far, near, exact)], device, family, axes, "aaaa");
  assertEquals([found.config.tile, found.rung, found.exactBucket], [32, "adapter", true]);
  const second = resolve([sibling, profileOf(device, far, near)], device, family, axes, "aaaa");
  assertEquals([second.config.tile, second.rung, second.exactBucket], [64, "adapter", false]);
  const third = resolve([sibling], device, family, axes, "aaaa");
  assertEquals([third.config.tile, third.rung, third.exactBucket], [16, "architecture", true]);
  const cousin = profileOf(sampleDevice({ architecture: "ada", device: "1" }), exact);
  assertEquals(resolve([cousin], device, family, axes, "aaaa").rung, "vendor");
});

Deno.test("resolve() never uses a stale winner silently", () => {
  const profiles = [
    profileOf(device, winner(32)),
    profileOf(sampleDevice({ device: "2336" }), winner(64, { sourceHash: "bbbb" })),
  ];
  const fresh = resolve(profiles, device, family, axes, "bbbb", { allowStale: true });
  assertEquals([fresh.config.tile, fresh.rung, fresh.stale], [64, "architecture", undefined]);
  const none = resolve(profiles.slice(0, 1), device, family, axes, "bbbb");
  assertEquals([none.rung, none.skipped.length], ["portable", 1]);
  assertMatch(none.skipped[0].reason, /source aaaa, and the source is now bbbb/);
  const stale = resolve(profiles.slice(0, 1), device, family, axes, "bbbb", { allowStale: true });
  assertEquals([stale.config.tile, stale.rung], [32, "adapter"]);
  assertMatch(stale.stale!, /source aaaa/);
});

Deno.test("resolve() passes over configs that left the space or cannot run here", () => {
  const gone = profileOf(
    device,
    winner(128),
    sampleWinner({ config: { tile: 16 } }),
    winner(32),
    winner(64),
  );
  const found = resolve([gone], device, family, axes, "aaaa", {
    refusal: (config) => config.tile === 32 ? "needs more memory" : undefined,
  });
  assertEquals(found.config.tile, 64);
  assertEquals(found.skipped.map((s) => s.reason), [
    'Cannot set tile of toy to "128": it takes 16, 32, 64',
    "it does not set wide, a tunable toy has now",
    "needs more memory",
  ]);
});

Deno.test("resolve() falls back to what is nearest to the default where that cannot run", () => {
  const narrow = (config: Config) => config.tile === 16 ? "16 is too narrow here" : undefined;
  const found = resolve([], device, family, axes, "aaaa", { refusal: narrow });
  assertEquals([found.config.tile, found.config.wide, found.rung], [32, false, "portable"]);
  assertEquals(found.skipped.map((s) => s.reason), ["16 is too narrow here"]);
  const nothing = resolve([], device, family, axes, "aaaa", { refusal: () => "no room" });
  assertEquals(nothing.config.tile, 16);
});

Deno.test("resolve() finds mla_decode a variant for more heads than its default takes", () => {
  const mla = familyNamed("mla_decode");
  const many = completeAxes(mla, { N: 64, H: 32, S: 256 });
  const why = (config: Config) => refusal(mla, many, config, PORTABLE_DEVICE);
  const found = resolve([], device, mla, many, "aaaa", { refusal: why, storage: { cacheElem: "f16" } });
  assertEquals([why(found.config), found.config.cacheElem], [undefined, "f16"]);
});

const formed: AnyFamily = {
  ...toyFamily(),
  space: defineSpace({
    formulation: oneOf(["flat", "tiled"], { initial: "flat", doc: "How" }),
    io: oneOf(["f32", "f16"], { initial: "f32", doc: "Storage of x", storageOf: ["x"] }),
    rows: oneOf([1, 2, 4], { initial: 1, doc: "Rows", formulations: ["flat"] }),
    tile: oneOf([8, 16, 32], { initial: 8, doc: "Tile", formulations: ["tiled"] }),
  }),
};

Deno.test("resolve() takes a winner that holds what its formulation reads, and no other", () => {
  const stored = (config: Config) => sampleWinner({ config, bucket: bucketOf("toy", axes, { io: "f32" }) });
  const whole = { formulation: "tiled", io: "f32", tile: 16 };
  const { config, skipped } = resolve(
    [profileOf(
      device,
      stored({ formulation: "tiled", io: "f32" }),
      stored({ ...whole, rows: 1 }),
      stored({ io: "f32", rows: 1 }),
      stored(whole),
    )],
    device,
    formed,
    axes,
    "aaaa",
  );
  assertEquals(config, whole);
  assertEquals(skipped.map((s) => s.reason), [
    "it does not set tile, a tunable toy has now",
    "Cannot set rows of toy to 1: tunable rows belongs to formulation flat: the formulation is tiled",
    "it does not set formulation, a tunable toy has now",
  ]);
});

Deno.test("resolve() falls back within the default's formulation, then to another's initial config", () => {
  const fall = (refusal: (c: Config) => string | undefined) =>
    resolve([], device, formed, axes, "aaaa", { refusal, storage: { io: "f16" } }).config;
  const no = (refused: boolean) => refused ? "no room" : undefined;
  assertEquals(fall((c) => no(c.rows === 1)), { formulation: "flat", io: "f16", rows: 2 });
  assertEquals(fall((c) => no(c.formulation === "flat")), { formulation: "tiled", io: "f16", tile: 8 });
  assertEquals(fall((c) => no(c.formulation === "flat" || c.tile === 8)).tile, 16);
});
