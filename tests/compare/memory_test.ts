// keptBy(), largestBatch(), parametersOf(): bytes of the published models against figures worked out by hand.
import {
  convBytes,
  keptBy,
  largestBatch,
  stateBytes,
  totalBytes,
  weightBytes,
} from "../../compare/memory.ts";
import { modelNamed, models } from "../../compare/models.ts";
import { parametersOf } from "../../compare/projections.ts";
import { assert, assertEquals } from "../assert.ts";

const MIB = 2 ** 20;
const kimi = modelNamed("kimi-linear-48b"), full = modelNamed("full-mla-48b");

Deno.test("kimi-linear-48b keeps 2 MiB of state and 73,728 bytes of convolutions a KDA layer", () => {
  const { mixer, layers } = kimi.layers[0];
  assertEquals([mixer.kind, layers], ["kda", 20]);
  assertEquals(stateBytes(mixer), 2 * MIB);
  assertEquals(convBytes(mixer), 73_728);
  const { stateBytes: states, convBytes: convs } = keptBy(kimi, 1);
  assertEquals([states, convs], [40 * MIB, 1_474_560]);
});

Deno.test("keptBy() gives the bytes a token of hybrid and full attention, to the byte", () => {
  assertEquals(keptBy(kimi, 1).cacheBytes, 8_064);
  assertEquals(keptBy(full, 1).cacheBytes, 31_104);
  assertEquals(keptBy(kimi, 1 << 20).cacheBytes, 7.875 * 2 ** 30);
  assertEquals(totalBytes(keptBy(full, 1 << 20)), 30.375 * 2 ** 30);
  assertEquals(keptBy(modelNamed("gqa8-48b"), 1 << 20).cacheBytes, 108 * 2 ** 30);
  assertEquals(keptBy(modelNamed("mha-48b"), 1 << 20).cacheBytes, 432 * 2 ** 30);
  const k3 = keptBy(modelNamed("kimi-k3"), 1 << 20);
  assertEquals([k3.cacheBytes / 2 ** 30, k3.stateBytes / MIB], [27, 414]);
});

Deno.test("keptBy() breaks even at 1,884 tokens and saves 74 % at a million", () => {
  const of = (tokens: number) => totalBytes(keptBy(kimi, tokens)) / totalBytes(keptBy(full, tokens));
  assert(of(1_884) > 1 && of(1_885) < 1);
  assert(1 - of(1 << 20) >= 0.73, `${1 - of(1 << 20)}`);
});

Deno.test("parametersOf() comes within 3 % of the published sizes", () => {
  for (const [name, published] of [["kimi-linear-48b", 48e9], ["ling-3.0-tiny", 7.9e9]] as const) {
    const total = parametersOf(modelNamed(name))!.total;
    assert(Math.abs(total / published - 1) < 0.03, `${name}: ${total}`);
  }
  assertEquals(parametersOf(modelNamed("kimi-k3")), undefined);
});

Deno.test("largestBatch() fills the memory beside the weights and is 0 where they do not fit", () => {
  const bytes = 141e9;
  for (const model of [kimi, full]) {
    const batch = largestBatch(model, 1 << 20, bytes, 16)!;
    const used = (n: number) => weightBytes(model, 16) + totalBytes(keptBy(model, 1 << 20, n));
    assert(used(batch) <= bytes && used(batch + 1) > bytes, `${model.name}: ${batch}`);
  }
  assertEquals(largestBatch(kimi, 4096, 24e9, 16), 0);
  assert(largestBatch(kimi, 4096, 48e9, 4)! > 100);
  assertEquals(largestBatch(kimi, 4096, undefined, 16), undefined);
  assertEquals(largestBatch(modelNamed("kimi-k3"), 4096, bytes, 16), undefined, "its weights are not known");
});

Deno.test("every known model states layers its name is known for", () => {
  assertEquals(models.length, new Set(models.map((m) => m.name)).size);
  for (const { name, layers } of models) {
    const count = layers.reduce((sum, l) => sum + l.layers, 0);
    assert(/48b/.test(name) ? count === 27 : count > 0, `${name}: ${count}`);
  }
});
