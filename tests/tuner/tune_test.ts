// tune() against a function standing for a device: what is run, what is not, in what order, and why it ends.
import type { AnyFamily, Axes, Capabilities } from "../../kernels/core/family.ts";
import type { Config } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import type { Trial } from "../../profiles/schema.ts";
import { exhaustive } from "../../tuner/strategies/exhaustive.ts";
import { strategies } from "../../tuner/strategies/mod.ts";
import type { TrialRequest } from "../../tuner/trial.ts";
import { tune, type TuneEnd, type TuneJob, type TuneProgress } from "../../tuner/tune.ts";
import { assert, assertEquals } from "../assert.ts";
import { failedTrial, sampleTiming, sampleTrial, toyFamily } from "../profiles/samples.ts";

const MOST = 1 << 20;
const capabilities: Capabilities = {
  engine: "naga",
  features: [],
  limits: {
    maxComputeWorkgroupStorageSize: MOST,
    maxComputeInvocationsPerWorkgroup: MOST,
    maxComputeWorkgroupSizeX: MOST,
    maxComputeWorkgroupSizeY: MOST,
    maxComputeWorkgroupSizeZ: MOST,
    maxComputeWorkgroupsPerDimension: MOST,
    maxStorageBuffersPerShaderStage: 8,
    maxStorageBufferBindingSize: MOST,
    maxBufferSize: MOST,
  },
};
const family: AnyFamily = { ...toyFamily(), work: (axes) => ({ flops: axes.T, bytes: axes.T }) };
const size: Axes = { B: 1, T: 100, H: 4, K: 64 };
/** The configs the toy family can run here, far enough apart to leave the best without a rival. */
const TIMES: Record<string, number> = {
  "toy:tile=16;wide=false": 40,
  "toy:tile=16;wide=true": 30,
  "toy:tile=32;wide=false": 20,
  "toy:tile=32;wide=true": 10,
};
const ALL = Object.keys(TIMES);
const idOf = (config: Config) => formatVariant("toy", config);

/** Runs a job to its end against `device`, which sees each request and the number of trials before it. */
async function run(
  changes: Partial<TuneJob> = {},
  device: (request: TrialRequest, index: number) => Trial | Promise<Trial> = timed(TIMES),
): Promise<{ steps: TuneProgress[]; end: TuneEnd; requests: TrialRequest[]; ran: string[] }> {
  const requests: TrialRequest[] = [];
  const steps: TuneProgress[] = [];
  const job = tune({
    family,
    workload: { name: "toy", family: "toy", axes: size, storage: {} },
    strategy: exhaustive,
    capabilities,
    ceilings: { readGBps: 1, f32Tflops: 1, timestampQuantumNs: 1, measuredAt: "2026-11-23T10:00:00.000Z" },
    sourceHash: "aaaa",
    driver: "570.1",
    known: [],
    budget: Infinity,
    seed: 1,
    deadline: performance.now() + 60_000,
    samples: 5,
    capUs: 1e6,
    run: async (request) => {
      requests.push(request);
      return await device(request, requests.length - 1);
    },
    ...changes,
  });
  for (;;) {
    const step = await job.next();
    if (step.done) return { steps, end: step.value, requests, ran: requests.map((r) => idOf(r.config)) };
    steps.push(step.value);
  }
}

/** A device that takes the time of the table for a variant. */
function timed(times: Record<string, number>) {
  return ({ config, axes }: TrialRequest): Trial =>
    sampleTrial({ config, axes, timing: sampleTiming(times[idOf(config)]) });
}
const failing = (status: Trial["status"], id: string) => (request: TrialRequest): Trial =>
  idOf(request.config) === id
    ? failedTrial(status, { config: request.config, axes: request.axes })
    : timed(TIMES)(request);
const trialsOf = (steps: readonly TuneProgress[]) => steps.map((step) => step.trial);

Deno.test("before each trial a job is told what is likely to come, and never what is known", async () => {
  const told: string[][] = [];
  const { ran } = await run({ ahead: (likely) => void told.push(likely().map(idOf)) });
  assertEquals(told[0], ran.slice(1, ALL.length));
  assertEquals(told.length, ALL.length);
  told.forEach((ids, i) => assert(ids.every((id) => ran.indexOf(id) > i), `${i}: ${ids}`));
});

Deno.test("tune() runs every config a device can run once, and names the best and the default", async () => {
  const { steps, end, ran } = await run();
  assertEquals(ran, [...ALL]);
  assertEquals(end, "complete");
  assertEquals(steps.at(-1)!.best!.variant, "toy:tile=32;wide=true");
  assertEquals(steps.at(-1)!.baseline!.variant, "toy:tile=16;wide=false");
  assertEquals(steps.map((step) => step.kind), ["new", "new", "new", "new"]);
});

Deno.test("tune() lets a variant give up at 1.5 times the best so far", async () => {
  const { requests } = await run();
  assertEquals(requests.map((r) => r.giveUpUs), [undefined, 60, 45, 30]);
});

for (const strategy of strategies) {
  Deno.test(`tune() by ${strategy.name} replays what is known and runs nothing again`, async () => {
    const first = await run({ strategy }, timed({ ...TIMES, "toy:tile=32;wide=false": 10.1 }));
    assertEquals(first.end, "complete");
    assert(first.steps.some((step) => step.kind === "again"), "two are close: there are finals");
    const second = await run({ strategy, known: trialsOf(first.steps), deadline: 0 });
    assertEquals(second.ran, []);
    assertEquals(second.end, "complete");
    assert(second.steps.every((step) => step.kind === "known"));
    assertEquals(second.steps.at(-1)!.best, first.steps.at(-1)!.best);
  });

  Deno.test(`tune() by ${strategy.name} asks for nothing new where finals turned the ranking`, async () => {
    // 2 % noise: the order of the leaders is another one at every look.
    let state = 7;
    const noise = () => 1 + 0.02 * ((state = (state * 48271) % 2147483647) / 2147483647);
    const close = { ...TIMES, "toy:tile=32;wide=false": 10.1, "toy:tile=16;wide=true": 10 };
    const first = await run(
      { strategy },
      (r) => sampleTrial({ ...r, timing: sampleTiming(timed(close)(r).timing!.medianUs * noise()) }),
    );
    const second = await run({ strategy, known: trialsOf(first.steps), deadline: 0 });
    assertEquals([second.ran, second.end], [[], "complete"]);
  });
}

Deno.test("tune() takes no trial of another source, driver, size or storage type for known", async () => {
  const config = { tile: 16, wide: false };
  const known = [
    sampleTrial({ config, sourceHash: "bbbb" }),
    sampleTrial({ config, driver: "1" }),
    sampleTrial({ config, axes: { ...size, T: 101 } }),
    sampleTrial({ config: { ...config, wide: true }, timing: sampleTiming(1) }),
  ];
  const { tunables } = family.space;
  const stored = {
    ...family,
    space: { ...family.space, tunables: { ...tunables, wide: { ...tunables.wide, storageOf: ["x"] } } },
  };
  const { ran, steps } = await run({ known, family: stored });
  assertEquals(ran, ["toy:tile=16;wide=false", "toy:tile=32;wide=false"]);
  assertEquals(steps.at(-1)!.best!.timing!.medianUs, 20);
});

for (const status of ["timeout", "device_lost", "incorrect", "compile_error", "runtime_error"] as const) {
  Deno.test(`a trial that ends in ${status} costs one trial and is never run again`, async () => {
    const bad = "toy:tile=32;wide=true";
    const first = await run({}, failing(status, bad));
    assertEquals(first.ran, [...ALL]);
    assertEquals(first.end, "complete");
    assertEquals(first.steps.at(-1)!.best!.variant, "toy:tile=32;wide=false");
    const second = await run({ known: trialsOf(first.steps) });
    assertEquals([second.ran, second.end], [[], "complete"]);
  });
}

for (const status of ["timeout", "device_lost"] as const) {
  Deno.test(`a variant that ended in ${status} is not tried at a larger size, and its trial says why`, async () => {
    const bad = "toy:tile=16;wide=true";
    const small = await run({}, failing(status, bad));
    const workload = { name: "toy", family: "toy", axes: { ...size, T: 200 }, storage: {} };
    const large = await run({ workload, known: trialsOf(small.steps), budget: 3 });
    assertEquals(large.ran, ALL.filter((id) => id !== bad));
    assertEquals(large.end, "complete");
    const barred = large.steps.find((step) => step.kind === "barred")!.trial;
    assertEquals([barred.variant, barred.status, barred.axes.T], [bad, "rejected", 200]);
    assertEquals(barred.reason, `not tried: it ended in ${status} at B=1,T=100,H=4,K=64 (it was ${status})`);
    const again = await run({ workload, known: [...trialsOf(small.steps), ...trialsOf(large.steps)] });
    assertEquals(again.ran, []);
  });
}

Deno.test("a variant that timed out is tried at a smaller size, and one that was incorrect at any", async () => {
  const known = [
    failedTrial("timeout", { config: { tile: 16, wide: true }, axes: { ...size, T: 1000 } }),
    failedTrial("incorrect", { config: { tile: 32, wide: true }, axes: { ...size, T: 10 } }),
  ];
  assertEquals((await run({ known })).ran, [...ALL]);
});

Deno.test("tune() ends out of trials, then goes on where it ended", async () => {
  const first = await run({ budget: 3 });
  assertEquals([first.ran, first.end], [ALL.slice(0, 3), "out of trials"]);
  const second = await run({ budget: 3, known: trialsOf(first.steps) });
  assertEquals([second.ran, second.end], [ALL.slice(3), "complete"]);
});

Deno.test("tune() starts nothing after its deadline", async () => {
  const { ran, end } = await run({ deadline: performance.now() });
  assertEquals([ran, end], [[], "out of time"]);
});

Deno.test("tune() leaves the last tenth of its time to the finalists", async () => {
  const close = Object.fromEntries(ALL.map((id) => [id, 10]));
  const clock = performance.now;
  let now = 0;
  performance.now = () => now;
  try {
    const { steps, end } = await run({ deadline: 1000 }, (request, index) => {
      now = [500, 905][index] ?? 906;
      return timed(close)(request);
    });
    assertEquals(steps.map((step) => step.kind), ["new", "new", "again", "again", "again", "again"]);
    assertEquals(end, "out of time");
  } finally {
    performance.now = clock;
  }
});

Deno.test("tune() is stopped by its signal before the next trial", async () => {
  const stop = new AbortController();
  const { ran, steps, end } = await run({ signal: stop.signal }, (request) => {
    stop.abort();
    return timed(TIMES)(request);
  });
  assertEquals([ran.length, steps.length, end], [1, 1, "stopped"]);
});

Deno.test("tune() drops a trial that failed because the job was stopped, and throws what failed otherwise", async () => {
  const stop = new AbortController();
  const dying = (stopped: boolean) => (request: TrialRequest, index: number) => {
    if (index === 0) return timed(TIMES)(request);
    if (stopped) stop.abort();
    throw new Error("the process was closed");
  };
  const { steps, end } = await run({ signal: stop.signal }, dying(true));
  assertEquals([steps.length, end], [1, "stopped"]);
  let thrown: unknown;
  await run({}, dying(false)).catch((error) => thrown = error);
  assertEquals((thrown as Error).message, "the process was closed");
});

Deno.test("finalists are measured turn by turn with twice the samples and no giving up", async () => {
  const close = { ...TIMES, "toy:tile=32;wide=false": 10.4, "toy:tile=16;wide=true": 10.6 };
  const { requests, ran } = await run({}, timed(close));
  const [a, b] = ["toy:tile=32;wide=true", "toy:tile=32;wide=false"];
  assertEquals(ran.slice(4), [a, b, a, b]); // 10.6 is more than 5 % behind
  assertEquals(requests.slice(4).map((r) => [r.samples, r.giveUpUs]), Array(4).fill([10, undefined]));
});

Deno.test("a variant whose interval overlaps the best one's is a finalist however far its median", async () => {
  const wide = (id: string, us: number) =>
    sampleTiming(us, id.endsWith("32;wide=false") ? { lowUs: 10.05 } : {});
  const { ran } = await run({}, (r) => {
    const id = idOf(r.config);
    return sampleTrial({ config: r.config, axes: r.axes, timing: wide(id, TIMES[id]) });
  });
  const [a, b] = ["toy:tile=32;wide=true", "toy:tile=32;wide=false"];
  assertEquals(ran.slice(4), [a, b, a, b]);
});

Deno.test("a lucky first look loses its lead in the finals, and those behind it are looked at too", async () => {
  const truth = { ...TIMES, "toy:tile=32;wide=false": 11, "toy:tile=16;wide=true": 11.2 };
  const lucky = "toy:tile=32;wide=true";
  const { steps, ran } = await run({}, (request, index) => {
    return timed({ ...truth, [lucky]: index < 4 ? 10.6 : 15 })(request);
  });
  assertEquals(steps.at(-1)!.best!.variant, "toy:tile=32;wide=false");
  // The lucky one is out after its second look; the other two have had three each.
  assertEquals(ran.slice(4).filter((id) => id === lucky).length, 1);
  assertEquals(ran.slice(4).filter((id) => id === "toy:tile=32;wide=false").length, 2);
});

Deno.test("a finalist that fails on its second look is out", async () => {
  const close = { ...TIMES, "toy:tile=32;wide=false": 10.1 };
  const { steps, end } = await run(
    {},
    (request, index) =>
      index === 4
        ? failedTrial("device_lost", { config: request.config, axes: request.axes })
        : timed(close)(request),
  );
  assertEquals(steps.at(-1)!.best!.variant, "toy:tile=32;wide=false");
  assertEquals(end, "complete");
});

Deno.test("finals that were cut short go on in the next run", async () => {
  const close = { ...TIMES, "toy:tile=32;wide=false": 10.1 };
  const whole = await run({}, timed(close));
  assertEquals(whole.ran.length, 8);
  for (const kept of [4, 5, 6, 7]) {
    const rest = await run({ known: trialsOf(whole.steps).slice(0, kept) }, timed(close));
    assertEquals([rest.ran, rest.end], [whole.ran.slice(kept), "complete"]);
  }
});
