// projectionTime() and points with projections: bound by weights at small batches, by operations at large ones.
import { pointOf } from "../../compare/compose.ts";
import { decodeCall } from "../../compare/kernel_calls.ts";
import { KernelTimes } from "../../compare/kernel_times.ts";
import { modelNamed } from "../../compare/models.ts";
import { parametersOf, projectionTime } from "../../compare/projections.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleTiming, sampleTrial } from "../profiles/samples.ts";

const kimi = modelNamed("kimi-linear-48b");
const ceilings = {
  readGBps: 4000,
  f32Tflops: 60,
  timestampQuantumNs: 32,
  measuredAt: "2026-01-01T00:00:00.000Z",
};

Deno.test("one token reads the active weights, many tokens all of them, and then operations decide", () => {
  const { always, head, expert, total } = parametersOf(kimi)!;
  const time = (tokens: number, outputs: number, bits = 16, more = {}) =>
    projectionTime(kimi, { tokens, outputs }, { ...ceilings, ...more }, bits)!;
  const one = time(1, 1);
  assert(Math.abs(one.us / ((always + head + 8 * expert) * 2 / 4e6) - 1) < 1e-9, `${one.us}`);
  assertEquals([one.lowUs, time(1, 1, 4).us * 4], [one.us, one.us]);
  const step = time(128, 128);
  assert(
    step.us > total * 2 / 4e6 * 0.95 && step.us <= total * 2 / 4e6,
    "a batch reads nearly all weights",
  );
  const prompt = time(1 << 20, 1);
  const flops = 2 * ((1 << 20) * (always + 8 * expert) + head);
  assert(Math.abs(prompt.us / (flops / 60e6) - 1) < 1e-9, "the head runs once a prompt");
  assert(Math.abs(prompt.us / time(1 << 20, 1, 16, { matrixTflops: 600 }).us - 10) < 1e-6, "on matrix units");
  assert(prompt.highUs > 2 * prompt.us, "products reach their ceiling nowhere");
});

Deno.test("a point with projections is projected and says what of it; a model without them has none", () => {
  const times = new KernelTimes([4096], 2048);
  for (const { mixer } of kimi.layers) {
    times.add(decodeCall(mixer, 4096, 1), sampleTrial({ timing: sampleTiming(10) }));
  }
  const options = { withProjections: true, weightBits: 16, ceilings };
  const found = pointOf(kimi, "decode", 4096, 1, times, options);
  assert("point" in found);
  const { how, us, parts, note } = found.point;
  assertEquals([how, parts.map((p) => p.how)], ["projected", ["measured", "measured", "projected"]]);
  assert(
    Math.abs(us - 270 - projectionTime(kimi, { tokens: 1, outputs: 1 }, ceilings, 16)!.us) < 1e-6 &&
      note!.includes("measured ceilings"),
  );

  const k3 = modelNamed("kimi-k3");
  const k3Times = new KernelTimes([4096], 2048);
  for (const { mixer } of k3.layers) k3Times.add(decodeCall(mixer, 4096, 1), sampleTrial());
  assertEquals(pointOf(k3, "decode", 4096, 1, k3Times, options), {
    missing: {
      model: "kimi-k3",
      phase: "decode",
      tokens: 4096,
      batch: 1,
      reason: "the model does not state its projections",
    },
  });
});
