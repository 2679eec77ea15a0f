// What a query chooses of comparisons: nonsense is as if it had not been asked for, and the address says the choice again.
import {
  choiceOf,
  comparedFirst,
  devicesAsked,
  lengthsOffered,
  modelsOffered,
  queryOf,
} from "../../dashboard/app/compare/choice.ts";
import { narrowed } from "../../dashboard/app/compare/narrow.ts";
import { acrossDevices, deviceLabels, sideBySide } from "../../dashboard/app/compare/side_by_side.ts";
import type { ShelvedDevice } from "../../dashboard/app/env.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleComparison } from "../compare/sample_comparison.ts";

const [KIMI, MLA, GDN] = ["kimi-linear-48b", "full-mla-48b", "gdn-hybrid-48b"];
const K = 1024;
const all = sampleComparison();

const choose = (query: string, comparisons = [all]) =>
  choiceOf(new URLSearchParams(query), ["here"], comparisons);

function shelved(slug: string, comparedAt?: string, software = false): ShelvedDevice {
  return {
    slug,
    families: [],
    profile: { device: { software } },
    ...(comparedAt && { comparedAt: new Date(comparedAt) }),
  } as unknown as ShelvedDevice;
}

Deno.test("choiceOf() shows the first two models at all lengths where nothing was asked for", () => {
  assertEquals(choose(""), {
    devices: ["here"],
    models: [KIMI, MLA],
    batch: "1",
    paper: "ratios",
    from: 4 * K,
    to: 1024 * K,
  });
});

Deno.test("choiceOf() takes what is offered", () => {
  const asked = `model=${GDN}&against=${MLA}&against=${KIMI}&batch=largest&paper=none&from=${8 * K}&to=${
    64 * K
  }`;
  assertEquals(choose(asked), {
    devices: ["here"],
    models: [GDN, KIMI, MLA], // those against it in their stored order
    batch: "largest",
    paper: "none",
    from: 8 * K,
    to: 64 * K,
  });
});

Deno.test("choiceOf() falls back where a value is nonsense, one by one", () => {
  const usual = choose("");
  const nonsense = [
    "model=nope",
    "model=",
    "model=__proto__&against=constructor",
    "against=nope",
    `model=${KIMI}&against=nope`,
    `model=${KIMI}&against=${KIMI}`,
    "batch=7",
    "batch=largest%00",
    "paper=0",
    "from=abc",
    "from=-1&to=1e99",
    "from=5000",
    "to=Infinity",
    "x=y&model[]=1",
  ];
  for (const query of nonsense) assertEquals(choose(query), usual, query);
});

Deno.test("choiceOf() shows one model where a form with no box ticked asks for it", () => {
  assertEquals(choose(`model=${MLA}`).models, [MLA]);
});

Deno.test("choiceOf() keeps a model once when it changes places with the one it was against", () => {
  assertEquals(choose(`model=${MLA}&against=${MLA}`).models, [MLA, KIMI]);
});

Deno.test("choiceOf() turns a span round whose ends are the wrong way", () => {
  const { from, to } = choose(`from=${64 * K}&to=${8 * K}`);
  assertEquals([from, to], [8 * K, 64 * K]);
  const one = choose(`from=${8 * K}&to=${8 * K}`);
  assertEquals([one.from, one.to], [8 * K, 8 * K]);
});

Deno.test("queryOf() asks for the same choice again", () => {
  for (const query of ["", `model=${MLA}`, `model=${GDN}&against=${KIMI}&batch=largest&from=${8 * K}`]) {
    const choice = choose(query);
    assertEquals(choose(queryOf(choice)), choice);
    assertEquals(new URLSearchParams(queryOf(choice)).getAll("device"), ["here"]);
  }
});

Deno.test("comparedFirst() puts GPUs before software adapters, then the newest, and leaves out the rest", () => {
  const order = comparedFirst([
    shelved("old", "2026-01-01"),
    shelved("none"),
    shelved("software", "2026-03-01", true),
    shelved("new", "2026-02-01"),
  ]);
  assertEquals(order.map((d) => d.slug), ["new", "old", "software"]);
});

Deno.test("devicesAsked() knows compared devices only, each once, in the order asked", () => {
  const compared = [shelved("a", "2026-01-01"), shelved("b", "2026-01-01")];
  const slugs = (query: string) => devicesAsked(new URLSearchParams(query), compared).map((d) => d.slug);
  assertEquals(slugs("device=b&device=a&device=b"), ["b", "a"]);
  assertEquals(slugs("device=..%2F..%2Fetc&device=a"), ["a"]);
  assertEquals(slugs("device=nope"), []);
  assertEquals(slugs(""), []);
});

Deno.test("modelsOffered() and lengthsOffered() join several comparisons", () => {
  const few = sampleComparison([GDN, MLA]);
  const short = { ...few, points: few.points.filter((p) => p.tokens <= 8 * K), missing: [] };
  assertEquals(modelsOffered([short, all]), [GDN, MLA, KIMI]);
  assertEquals(lengthsOffered([short]), [4 * K, 8 * K]);
  assertEquals(lengthsOffered([short, all]).length, 9);
});

Deno.test("narrowed() holds chosen models in their order and chosen lengths, and nothing without a model", () => {
  const part = narrowed(all, { models: [MLA, "nope", KIMI], from: 8 * K, to: 16 * K })!;
  assertEquals(part.models.map((m) => m.name), [MLA, KIMI]);
  assertEquals([...new Set(part.points.map((p) => p.tokens))].sort((a, b) => a - b), [8 * K, 16 * K]);
  assert(part.memory.every((row) => row.model !== GDN && row.tokens <= 16 * K));
  assertEquals(narrowed(all, { models: ["nope"], from: 0, to: 1e9 }), undefined);
});

Deno.test("sideBySide() gives each model on each device, and sizes no device's memory", () => {
  const merged = sideBySide([{ label: "A", comparison: all }, { label: "B", comparison: all }]);
  assertEquals(merged.models.map((m) => m.name).slice(0, 3), [
    `${KIMI} on A`,
    `${KIMI} on B`,
    `${MLA} on A`,
  ]);
  assertEquals(merged.points.length, 2 * all.points.length);
  assertEquals(merged.memoryBytes, undefined);
});

Deno.test("acrossDevices() needs two devices that have the model", () => {
  const few = sampleComparison([MLA]);
  const pair = [{ label: "A", comparison: all }, { label: "B", comparison: few }];
  assertEquals(acrossDevices(pair, MLA)!.models.map((m) => m.name), [`${MLA} on A`, `${MLA} on B`]);
  assertEquals(acrossDevices(pair, KIMI), undefined);
});

Deno.test("deviceLabels() are the shortest that tell devices apart, and call software by its name", () => {
  const { device } = all;
  const label = (...changes: Partial<typeof device>[]) =>
    deviceLabels(changes.map((change, i) => ({ slug: `slug-${i}`, device: { ...device, ...change } })));
  assertEquals(label({}, { backend: "builtin" }), ["Dawn", "Deno"]);
  assertEquals(label({}, { software: true }), ["Dawn", "Dawn, software"]);
  assertEquals(label({}, { description: "Other" }), ["Fictional Abacus 9000", "Other"]);
  assertEquals(label({}, {}), ["slug-0", "slug-1"]);
});
