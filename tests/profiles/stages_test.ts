// Stored stages: one entry a bucket, replaced whole; torn and newer files are refused with what to do.
import { assertEquals, assertThrows } from "deno-std/assert/mod.js";
import { formatStages, parseStages, type StagesEntry, stagesOf, withEntry } from "../../profiles/stages.ts";
import { ProfileStore, StoreError } from "../../profiles/store_fs.ts";
import { inFolder } from "../cli/in_folder.ts";
import { sampleDevice, sampleTiming, sampleWinner } from "./samples.ts";

function entry(changes: Partial<StagesEntry> = {}): StagesEntry {
  const { family, bucket, variant, axes, sourceHash } = sampleWinner();
  const pass = {
    label: "scan",
    dispatches: 1,
    timing: sampleTiming(10),
    memoryUs: 4,
    stages: [{ name: "load", us: -1 }],
  };
  const times = { whole: sampleTiming(11), passes: [pass] };
  const at = "2026-11-23T10:00:00.000Z";
  return { family, bucket, variant, axes, sourceHash, driver: "570.1", at, times, ...changes };
}

Deno.test("withEntry() replaces the entry of the same bucket and keeps the others", () => {
  const [one, other, again] = [entry(), entry({ bucket: "toy@T<=64" }), entry({ variant: "toy:tile=32" })];
  assertEquals(withEntry(withEntry([one], other), again).map((e) => [e.bucket, e.variant]), [
    [one.bucket, "toy:tile=32"],
    ["toy@T<=64", one.variant],
  ]);
});

Deno.test("stagesOf() gives those of the winning variant only", () => {
  const stages = { schemaVersion: 1 as const, entries: [entry()] };
  assertEquals(stagesOf(stages, sampleWinner()), stages.entries[0]);
  assertEquals(stagesOf(stages, sampleWinner({ variant: "toy:tile=32" })), undefined);
  assertEquals(stagesOf(undefined, sampleWinner()), undefined);
});

Deno.test("keepStages() is read back by another store of the device", () =>
  inFolder(async (root) => {
    using store = await ProfileStore.open(root, sampleDevice());
    assertEquals(await store.stages(), undefined);
    await Promise.all([store.keepStages(entry()), store.keepStages(entry({ bucket: "toy@T<=64" }))]);
    using other = await ProfileStore.open(root, sampleDevice());
    assertEquals((await other.stages())?.entries.length, 2);
  }));

Deno.test("parseStages() throws StoreError for a torn file and one of a newer schema", () => {
  const text = formatStages({ schemaVersion: 1, entries: [entry()] });
  assertEquals(parseStages(text, "p").entries, [entry()]);
  assertThrows(
    () => parseStages(text.slice(0, 40), "p/stages.json"),
    StoreError,
    "p/stages.json: it is not JSON",
  );
  assertThrows(() => parseStages(text.replace("1", "2"), "p"), StoreError, "2");
  assertThrows(() => parseStages("{}", "p"), StoreError, "run deno task bench --stages again");
});

Deno.test("parseStages() and formatStages() refuse broken entries, naming the field", () => {
  const broken: [string, Partial<StagesEntry>][] = [
    ["entries.0.at", { at: "yesterday" }],
    ["entries.0.times.whole.medianUs", { times: { ...entry().times, whole: sampleTiming(0) } }],
    ["entries.0.axes", { axes: undefined }],
    ["entries.0.times.passes", { times: { ...entry().times, passes: undefined as never } }],
  ];
  for (const [field, changes] of broken) {
    const stages = { schemaVersion: 1 as const, entries: [entry(changes)] };
    assertThrows(() => parseStages(JSON.stringify(stages), "p/stages.json"), StoreError, field);
    assertThrows(() => formatStages(stages), TypeError, field);
  }
});
