// projectionUs() and points with projections: bound by weights at small batches, by operations at large ones.
import { pointOf } from "../../compare/compose.ts";
import { decodeCall } from "../../compare/kernel_calls.ts";
import { KernelTimes } from "../../compare/kernel_times.ts";
import { modelNamed } from "../../compare/models.ts";
import { parametersOf, projectionUs } from "../../compare/projections.ts";
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
  const { always, expert, total } = parametersOf(kimi)!;
  const one = projectionUs(kimi, 1, ceilings, 16)!;
  assert(Math.abs(one / ((always + 8 * expert) * 2 / 4e6) - 1) < 1e-9, `${one}`);
  const many = projectionUs(kimi, 4096, ceilings, 16)!;
  assert(many > total * 2 / 4e6 * 0.98, "weights are read");
  assert(many >= 2 * 4096 * (always + 8 * expert) / 60e6 * (1 - 1e-9), "operations are done");
  assertEquals(projectionUs(kimi, 1, ceilings, 4)! * 4, one);
  const fast = projectionUs(kimi, 1 << 20, { ...ceilings, matrixTflops: 600 }, 16)!;
  assert(
    Math.abs(projectionUs(kimi, 1 << 20, ceilings, 16)! / fast - 10) < 1e-6,
    "on matrix units where there are",
  );
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
    Math.abs(us - 270 - projectionUs(kimi, 1, ceilings, 16)!) < 1e-6 && note!.includes("measured ceilings"),
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
