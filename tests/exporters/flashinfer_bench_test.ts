// flashinfer-bench: golden files, and every trace against the published models.
import { rejects } from "node:assert/strict";
import { flashinferBench } from "../../exporters/flashinfer_bench/mod.ts";
import type { ExportRequest } from "../../exporters/exporter.ts";
import { families } from "../../kernels/mod.ts";
import { TRIAL_STATUSES } from "../../profiles/schema.ts";
import { assert, assertEquals } from "../assert.ts";
import { failedTrial, sampleTiming } from "../profiles/samples.ts";
import { matchGolden } from "./match_golden.ts";
import { flashinferTraceRules } from "./rules/flashinfer_trace.ts";
import { sampleRequest } from "./sample_request.ts";

Deno.test("flashinfer-bench: files are those in __snapshots__/flashinfer_bench", async () => {
  const files = await flashinferBench.files(withDefaults(sampleRequest(["kda_decode", "gqa_decode"])));
  await matchGolden("flashinfer_bench", files);
});

Deno.test("flashinfer-bench: traces of every family hold to the rules, in a file of their definition", async () => {
  const traces = await tracesOf(sampleRequest(families.map(({ name }) => name)));
  assertEquals(traces.length, 3 * families.length);
  for (const { path, trace } of traces) {
    const { definition } = flashinferTraceRules.parse(trace);
    assertEquals(path.split("/").at(-1), `${definition}.jsonl`);
  }
});

Deno.test("flashinfer-bench: every status that ran has a trace, those refused none", async () => {
  const request = sampleRequest(["kda_decode"]);
  const [trial] = request.devices[0].trials;
  const trials = TRIAL_STATUSES.filter((status) => status !== "passed").map((status) =>
    failedTrial(status, { ...trial, status, timing: undefined })
  );
  const traces = await tracesOf({ ...request, devices: [{ ...request.devices[0], trials }] });
  assertEquals(
    traces.map(({ trace }) => flashinferTraceRules.parse(trace).evaluation.status),
    ["COMPILE_ERROR", "RUNTIME_ERROR", "INCORRECT_NUMERICAL", "TIMEOUT", "RUNTIME_ERROR"],
  );
});

Deno.test("flashinfer-bench: the reference is the default variant's time, and left out where there is none", async () => {
  const [known] = await tracesOf(withDefaults(sampleRequest(["kda_decode"])));
  assertEquals(flashinferTraceRules.parse(known.trace).evaluation.performance, {
    latency_ms: 0.012,
    reference_latency_ms: 0.024,
    speedup_factor: 2,
  });
  const [unknown] = await tracesOf(sampleRequest(["kda_decode"]));
  assertEquals(flashinferTraceRules.parse(unknown.trace).evaluation.performance, { latency_ms: 0.012 });
});

Deno.test("flashinfer-bench: a trial of another size or source has no reference", async () => {
  const request = withDefaults(sampleRequest(["kda_decode"]));
  const [trial] = request.devices[0].trials;
  const trials = [{ ...trial, axes: { ...trial.axes, N: 64 } }, { ...trial, sourceHash: "older" }];
  for (const { trace } of await tracesOf({ ...request, devices: [{ ...request.devices[0], trials }] })) {
    assertEquals(flashinferTraceRules.parse(trace).evaluation.performance, { latency_ms: 0.012 });
  }
});

Deno.test("flashinfer-bench: a request of which nothing ran is refused", async () => {
  const trials = [
    failedTrial("rejected", { ...sampleRequest(["kda_decode"]).devices[0].trials[2], status: "rejected" }),
  ];
  await rejects(flashinferBench.files(sampleRequest(["kda_decode"], { trials })), {
    name: "RangeError",
    message: /has no trials/,
  });
});

Deno.test("the trace rules refuse what the models would", () => {
  const evaluation = {
    status: "PASSED",
    environment: { hardware: "A" },
    timestamp: "now",
    correctness: { max_relative_error: "NaN" },
    performance: { latency_ms: 1 },
  };
  const trace = (changes: object) => ({
    definition: "d",
    workload: { axes: { N: 1 }, inputs: { q: { type: "random" } }, uuid: "u" },
    solution: "s",
    evaluation: { ...evaluation, ...changes },
  });
  assert(flashinferTraceRules.safeParse(trace({})).success);
  assert(!flashinferTraceRules.safeParse(trace({ performance: undefined })).success);
  assert(!flashinferTraceRules.safeParse(trace({ status: "COMPILE_ERROR" })).success);
  assert(!flashinferTraceRules.safeParse(trace({ correctness: { max_relative_error: -1 } })).success);
  assert(!flashinferTraceRules.safeParse(trace({ environment: { hardware: "" } })).success);
});

/** The sample with the default variant's time, twice the winner's. */
function withDefaults(request: ExportRequest): ExportRequest {
  const [first] = request.devices;
  const winners = first.profile.winners.map((winner) => ({
    ...winner,
    defaultTiming: sampleTiming(2 * winner.timing.medianUs),
  }));
  return { ...request, devices: [{ ...first, profile: { ...first.profile, winners } }] };
}

async function tracesOf(request: ExportRequest) {
  const files = (await flashinferBench.files(request)).filter(({ path }) => path.endsWith(".jsonl"));
  return files.flatMap(({ path, text }) =>
    text.trimEnd().split("\n").map((line) => ({ path, trace: JSON.parse(line) as unknown }))
  );
}
