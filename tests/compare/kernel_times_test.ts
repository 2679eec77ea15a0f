// KernelTimes, pointOf(), answersOf(): what follows for other sizes from kernels that ran, on a made-up device whose
// times are known in closed form.
import { answersOf, crossover, formulationCrossovers } from "../../compare/answers.ts";
import { compare } from "../../compare/compare.ts";
import type { Estimate } from "../../compare/comparison.ts";
import { decodeCall, type KernelCall, prefillCall } from "../../compare/kernel_calls.ts";
import { KernelTimes } from "../../compare/kernel_times.ts";
import { lengthsBetween } from "../../compare/asked_lengths.ts";
import { type Bench, measureAll, type Question } from "../../compare/measure_all.ts";
import { modelNamed } from "../../compare/models.ts";
import type { Trial } from "../../profiles/schema.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { sampleDevice } from "../profiles/samples.ts";

const [hybrid, full] = [modelNamed("kimi-linear-48b"), modelNamed("full-mla-48b")];
const [kda, mla] = hybrid.layers.map((l) => l.mixer);
const CEILINGS = {
  readGBps: 4000,
  f32Tflops: 60,
  timestampQuantumNs: 32,
  measuredAt: "2026-01-01T00:00:00.000Z",
};

/** us of a call: pairs of attention and tokens of a recurrence at fixed rates, and a little for the call. */
function trueUs({ family, axes }: KernelCall): number {
  if (family === "mla_prefill") return 5 + axes.T * (axes.C + axes.T / 2) / 1e4;
  if (family === "kda_prefill") return 5 + axes.T / 5;
  return family === "mla_decode" ? 5 + axes.N * axes.S / 1000 : 4 + axes.N;
}

function trial(call: KernelCall, us = trueUs(call)): Trial {
  return {
    schemaVersion: 1,
    family: call.family,
    variant: `${call.family}:x=1`,
    config: { ...call.storage },
    axes: call.axes,
    status: "passed",
    error: 1e-7,
    timing: {
      medianUs: us,
      madUs: 0,
      lowUs: us * 0.99,
      highUs: us * 1.01,
      samples: 5,
      repeats: 1,
      clock: "timestamp",
    },
    sourceHash: "0",
    driver: "d",
    at: "2026-01-01T00:00:00.000Z",
  };
}

function question(maxTokens: number, more: Partial<Question> = {}): Question {
  return { models: [hybrid, full], lengths: lengthsBetween(4096, maxTokens), weightBits: 16, ...more };
}

/** Runs calls in made-up time: each costs its spans. */
function fakeBench(
  budgetMs: number,
  fails: (call: KernelCall) => boolean = () => false,
  refuses?: (call: KernelCall) => string | undefined,
  status: "runtime_error" | "timeout" = "runtime_error",
) {
  let left = budgetMs;
  const ran: KernelCall[] = [];
  const bench: Bench = {
    fallbackTflops: 10,
    spans: 10,
    leftMs: () => left,
    known: () => Promise.resolve(undefined),
    poor: () => Promise.resolve(undefined),
    refusal: (call) => Promise.resolve(refuses?.(call)),
    run(call) {
      ran.push(call);
      left -= trueUs(call) * 10 / 1e3;
      if (!fails(call)) return Promise.resolve(trial(call));
      const { timing: _, ...rest } = trial(call);
      return Promise.resolve({ ...rest, status, reason: "out of memory" });
    },
  };
  return { bench, ran };
}

async function comparisonOf(asked: Question, bench: Bench) {
  const times = new KernelTimes(asked.lengths, 2048);
  await measureAll(asked, times, bench);
  const context = {
    device: sampleDevice(),
    ceilings: CEILINGS,
    withProjections: false,
    formulations: [],
    untuned: [],
  };
  return compare(asked, times, { ...context, scratchBytes: () => 0 });
}

const near = (estimate: Estimate, us: number, within: number) =>
  assert(Math.abs(estimate.us / us - 1) < within, `${estimate.us} for ${us}`);

Deno.test("with time enough everything is measured, and a point is its layers' sum", async () => {
  const { points, missing } = await comparisonOf(question(16384), fakeBench(1e9).bench);
  assertEquals(missing, []);
  assert(points.every((p) => p.how === "measured"));
  const point = points.find((p) => p.model === hybrid.name && p.phase === "decode" && p.tokens === 16384)!;
  near(point, 20 * trueUs(decodeCall(kda, 1, 1)) + 7 * trueUs(decodeCall(mla, 16384, 1)), 1e-9);
  assertEquals(point.parts.map((p) => [p.label, p.layers]), [["kda", 20], ["mla", 7]]);
});

Deno.test("prompts too long for the budget are integrated from windows, to 1 %", async () => {
  const { bench, ran } = fakeBench(60_000);
  const { points } = await comparisonOf(question(1 << 20), bench);
  const longest = points.find((p) => p.model === full.name && p.phase === "prefill" && p.tokens === 1 << 20)!;
  assertEquals(longest.how, "integrated");
  near(longest, 27 * trueUs(prefillCall(mla, 1 << 20)), 0.01);
  assert(ran.every((call) => call.family !== "mla_prefill" || trueUs(call) < 2e6), "a call was far too long");
  const short = points.find((p) => p.model === full.name && p.phase === "prefill" && p.tokens === 4096)!;
  assertEquals(short.how, "measured");
  const decode = points.filter((p) => p.phase === "decode");
  assert(decode.length === 18 && decode.every((p) => p.how === "measured"));
});

Deno.test("what timed out is projected from what ran, and says from where and why", async () => {
  const { bench } = fakeBench(
    1e9,
    ({ family, axes }) => family === "mla_decode" && axes.S > 65536,
    undefined,
    "timeout",
  );
  const { points } = await comparisonOf(question(262144), bench);
  const point = points.find((p) => p.model === full.name && p.phase === "decode" && p.tokens === 262144)!;
  assertEquals(point.how, "projected");
  near(point, 27 * trueUs(decodeCall(mla, 262144, 1)), 1e-9);
  assert(/a line through 32768 and 65536 tokens, as it did not run: timeout/.test(point.note!), point.note);
  assert(point.lowUs < point.us && point.us < point.highUs);
});

Deno.test("what the device can't hold has a reason and no number", async () => {
  const { bench } = fakeBench(
    1e9,
    ({ family, axes }) =>
      family === "mla_decode" && axes.S > 65536 || family === "mla_prefill" && axes.C + axes.T > 65536,
  );
  const { points, missing } = await comparisonOf(question(262144), bench);
  assertEquals(Math.max(...points.map((p) => p.tokens)), 65536);
  assertEquals(missing.length, 2 * 2 * 2);
  assert(missing.every((m) => m.reason === "mla: runtime_error: out of memory"), missing[0].reason);
});

Deno.test("windows that end too soon go on on their line, as projected", () => {
  const asked = question(1 << 20);
  const times = new KernelTimes(asked.lengths, 2048);
  for (const prefix of times.windowPrefixes().filter((p) => p < 300_000)) {
    times.add(prefillCall(mla, 2048, prefix), trial(prefillCall(mla, 2048, prefix)));
  }
  const longest = times.prefill(mla, 1 << 20);
  assert("us" in longest && longest.how === "projected");
  near(longest, trueUs(prefillCall(mla, 1 << 20)), 0.01);
  assert(/8 of which ran, the last behind 260096/.test(longest.note!), longest.note);
  const within = times.prefill(mla, 1 << 18);
  assert("us" in within && within.how === "integrated");
});

Deno.test("a sum of windows is held against the longest prompt that ran whole, and widened by what it is off", () => {
  const times = new KernelTimes([4096, 8192, 16384], 2048);
  for (const prefix of times.windowPrefixes()) {
    const call = prefillCall(mla, 2048, prefix);
    times.add(call, trial(call, trueUs(call) * 1.1));
  }
  times.add(prefillCall(mla, 8192), trial(prefillCall(mla, 8192)));
  const sum = times.prefill(mla, 16384);
  assert(
    "us" in sum && sum.how === "integrated" && /at 8192 tokens such a sum is 10\.\d % off/.test(sum.note!),
  );
  assert(sum.lowUs <= trueUs(prefillCall(mla, 16384)), "the interval holds the truth");
});

Deno.test("a recurrence that can't hold a prompt goes on from its state, window by window", async () => {
  const { bench } = fakeBench(1e9, ({ family, axes }) => family === "kda_prefill" && axes.T > 65536);
  const { points } = await comparisonOf(question(131072), bench);
  const point = points.find((p) => p.model === hybrid.name && p.phase === "prefill" && p.tokens === 131072)!;
  assertEquals(point.how, "integrated");
  assert(
    /2\.00 windows of 65536 tokens, the state carried over, as it did not run: runtime_error/.test(
      point.note!,
    ),
  );
});

Deno.test("a call without room is not run, and what follows says why", async () => {
  const { bench, ran } = fakeBench(
    1e9,
    undefined,
    ({ family, axes }) => family === "mla_decode" && axes.S > 4096 ? "its buffers take too much" : undefined,
  );
  const { points, missing } = await comparisonOf(question(8192), bench);
  assert(ran.every((call) => call.family !== "mla_decode" || call.axes.S === 4096));
  assertEquals(points.filter((p) => p.phase === "decode").map((p) => p.tokens), [4096, 4096]);
  assertEquals(missing.map((m) => m.reason), Array(2).fill("mla: its buffers take too much"));
});

Deno.test("what a kernel can't plan is missing with the reason alone", async () => {
  const refuses = ({ family }: KernelCall) =>
    family === "mla_decode" ? `Cannot plan ${family}: a cache takes more than its buffers hold` : undefined;
  const { bench } = fakeBench(1e9, undefined, refuses);
  const { missing } = await comparisonOf(question(8192), bench);
  assertEquals(missing.map((m) => m.reason), Array(4).fill("mla: a cache takes more than its buffers hold"));
});

Deno.test("a kernel that never ran leaves a reason, not a number", async () => {
  const { bench } = fakeBench(1e9, ({ family }) => family === "mla_decode");
  const { points, missing } = await comparisonOf(question(8192), bench);
  assertEquals(points.filter((p) => p.phase === "decode"), []);
  assertEquals(missing.map((m) => m.reason), Array(4).fill("mla: runtime_error: out of memory"));
});

Deno.test("one prompt that ran stands for longer ones by its operations, with a wide interval", () => {
  const times = new KernelTimes([4096, 8192], 2048);
  times.add(prefillCall(mla, 4096), trial(prefillCall(mla, 4096), 100));
  const longer = times.prefill(mla, 8192);
  assert("us" in longer && longer.how === "projected" && longer.lowUs < 201 && longer.highUs > 399);
});

Deno.test("noise that makes longer look faster does not project less and less time", () => {
  const times = new KernelTimes([4096, 8192, 16384], 2048);
  for (const [tokens, us] of [[4096, 110], [8192, 100]]) {
    times.add(decodeCall(mla, tokens, 1), trial(decodeCall(mla, tokens, 1), us));
  }
  const longer = times.decode(mla, 16384, 1);
  assert("us" in longer && longer.us === 100 && longer.lowUs <= 100 && longer.highUs >= 100);
});

Deno.test("a model that does not fit its memory has times of its layers, and says so", async () => {
  const { points, memory } = await comparisonOf(question(8192, { memoryBytes: 24e9 }), fakeBench(1e9).bench);
  assert(memory.every((row) => row.largestBatch === 0));
  assert(points.every((p) => p.batch === 1 && /do not fit 22\.4 GiB with 16-bit weights/.test(p.note!)));
});

Deno.test("the largest batch that fits is timed, and amortised over its tokens", async () => {
  const comparison = await comparisonOf(question(8192, { memoryBytes: 141e9 }), fakeBench(1e9).bench);
  const row = comparison.memory.find((m) => m.model === hybrid.name && m.tokens === 8192)!;
  const point = comparison.points.find((p) =>
    p.model === hybrid.name && p.tokens === 8192 && p.batch === row.largestBatch && p.phase === "decode"
  )!;
  near(point, 20 * (4 + point.batch) + 7 * (5 + point.batch * 8.192), 1e-9);
  const [answers] = answersOf(comparison);
  assert(answers.batched.length === 2 && answers.batched[0].batches[0] > answers.batched[0].batches[1]);
});

Deno.test("answersOf() gives ratios with intervals from the far ends, and cache saved", async () => {
  const comparison = await comparisonOf(question(1 << 20), fakeBench(1e9).bench);
  const [answers] = answersOf(comparison);
  const last = answers.ratios.findLast((r) => r.phase === "decode")!;
  const expected = 27 * trueUs(decodeCall(mla, 1 << 20, 1)) /
    (20 * trueUs(decodeCall(kda, 1, 1)) + 7 * trueUs(decodeCall(mla, 1 << 20, 1)));
  assert(Math.abs(last.ratio / expected - 1) < 1e-9 && last.low < last.ratio && last.ratio < last.high);
  assert(answers.saved.at(-1)!.share > 0.73);
  assertEquals(answers.crossovers.decode, { kind: "always" });
});

Deno.test("a kernel both models run is as fast in the one as in the other: its interval is no interval of their ratio", async () => {
  const asked = question(8192, {
    models: [full, { ...full, name: "half", layers: [{ layers: 13, mixer: mla }] }],
  });
  const [{ ratios }] = answersOf(await comparisonOf(asked, fakeBench(1e9).bench));
  for (const { ratio, low, high } of ratios) {
    assert([low, high].every((end) => Math.abs(end / ratio - 1) < 1e-9), `${low} ${ratio} ${high}`);
    assert(Math.abs(ratio - 13 / 27) < 1e-9);
  }
});

Deno.test("crossover() finds where lines on log axes meet, and says always and never", () => {
  const at = (us: (tokens: number) => number) =>
    [1, 2, 4, 8, 16].map((tokens) => ({ tokens, us: us(tokens) }));
  assertEquals(crossover(at((t) => t), at(() => 4.001)), { kind: "never" });
  assertEquals(crossover(at(() => 4), at((t) => t)), { kind: "at", tokens: 4, between: [4, 8] });
  assertEquals(crossover(at(() => 0.5), at((t) => t)), { kind: "always" });
  const points = at((t) => t).flatMap((p) => [
    { ...p, formulation: "recurrent" },
    { ...p, us: 3, formulation: "chunked" },
  ]).map((p) => ({ ...p, lowUs: 1, highUs: 1, how: "measured" as const, family: "f", variant: "v" }));
  assertEquals(formulationCrossovers(points), [
    { family: "f", formulation: "chunked", crossover: { kind: "at", tokens: 3, between: [2, 4] } },
  ]);
});

Deno.test("lengthsBetween() gives powers of two and refuses an empty range in one sentence", () => {
  assertEquals(lengthsBetween(4096, 20000), [4096, 8192, 16384]);
  assertThrows(() => lengthsBetween(5000, 8000), RangeError, "no power of two lies there");
});

Deno.test("measureAll() takes a stored time at low clocks where there is no time for another", async () => {
  const { bench, ran } = fakeBench(0.001);
  const stored = (call: KernelCall) => {
    const { timing, ...rest } = trial(call);
    return Promise.resolve({ ...rest, timing: { ...timing!, lowClocks: true as const } });
  };
  const { points } = await comparisonOf(question(4096), { ...bench, poor: stored });
  assertEquals(ran, []);
  assertEquals(points.length > 0 && points.every((p) => p.note?.includes("at low clocks")), true);
});
