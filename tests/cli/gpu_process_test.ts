// GpuProcess and TrialProcess against processes that die, hang, babble or lose their device: each costs one request.
import { fileURLToPath } from "node:url";
import { GpuDied, GpuProcess, type GpuProcessOptions, GpuTimeout } from "../../cli/gpu_process.ts";
import { TrialProcess } from "../../cli/trial_process.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import type { Trial } from "../../profiles/schema.ts";
import type { TrialRequest } from "../../tuner/trial.ts";
import { assert, assertEquals } from "../assert.ts";
import { missingFeatures, testDevice } from "../gpu/open_test_device.ts";

const device = await testDevice();
const missing = device ? "" : missingFeatures(device);
const OPTIONS: GpuProcessOptions = {
  software: false,
  backend: "builtin",
  worker: new URL("./spin_worker.ts", import.meta.url),
  onNotice: () => {},
};
const TIMEOUT_MS = 20_000;

function testOnGpu(name: string, fn: (gpu: GpuProcess) => Promise<void>) {
  Deno.test({
    name: name + missing,
    ignore: !device,
    fn: async () => {
      const gpu = await GpuProcess.start(OPTIONS);
      try {
        await fn(gpu);
      } finally {
        gpu.close();
      }
    },
  });
}

function request(body: string): TrialRequest {
  return {
    config: { body },
    axes: { N: 1 },
    sourceHash: "aaaa",
    ceilings: { readGBps: 1, f32Tflops: 1, timestampQuantumNs: 0, measuredAt: "2026-11-23T10:00:00.000Z" },
    samples: 3,
    capUs: 1e6,
  };
}

async function rejection(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not reject");
}

/** Whether a process is there and is no zombie. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    return !/\) [ZX] /.test(await Deno.readTextFile(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

async function isGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    if (!await isRunning(pid)) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

testOnGpu("a GPU process answers requests in order, and throws what an operation threw", async (gpu) => {
  const answers = [1, 2, 3].map((n) => gpu.request<number>("echo", n, TIMEOUT_MS));
  assertEquals(await Promise.all(answers), [1, 2, 3]);
  const refused = await rejection(gpu.request("refuse", "K=96 is no multiple of 64", TIMEOUT_MS));
  assertEquals([refused.name, refused.message], ["RangeError", "K=96 is no multiple of 64"]);
  const unknown = await rejection(gpu.request("tostring", {}, TIMEOUT_MS));
  assertEquals(unknown.message, 'Unknown worker operation "tostring"');
});

testOnGpu("a driver that prints half a line does not break the protocol", async (gpu) => {
  await gpu.request("babble", {}, TIMEOUT_MS);
  assertEquals(await gpu.request<string>("echo", "still there", TIMEOUT_MS), "still there");
});

testOnGpu("lines of WGSL that a compiler quotes do not break the protocol", async (gpu) => {
  await gpu.request("quote", {}, TIMEOUT_MS);
  assertEquals(await gpu.request<string>("echo", "still there", TIMEOUT_MS), "still there");
});

testOnGpu("a broken reply kills the process and says so", async (gpu) => {
  const error = await rejection(gpu.request("garble", {}, TIMEOUT_MS));
  assert(error instanceof GpuDied);
  assertEquals(error.message, "the GPU process was killed: it wrote a line that is no reply");
  assertEquals(gpu.alive, false);
  assert(await isGone(gpu.pid));
});

testOnGpu("SIGKILL in mid-request rejects it and every later one with GpuDied", async (gpu) => {
  const waiting = [gpu.request("wait", {}, TIMEOUT_MS), gpu.request("echo", 1, TIMEOUT_MS)].map(rejection);
  Deno.kill(gpu.pid, "SIGKILL");
  for (const error of await Promise.all(waiting)) assert(error instanceof GpuDied, String(error));
  assertEquals(gpu.alive, false);
  assert(await rejection(gpu.request("echo", 1, TIMEOUT_MS)) instanceof GpuDied);
});

testOnGpu("a request without an end is killed at its limit", async (gpu) => {
  const start = performance.now();
  const error = await rejection(gpu.request("wait", {}, 300));
  assert(error instanceof GpuTimeout, String(error));
  assertEquals(error.message, "no end of wait within 0.3 s");
  assert(performance.now() - start < 2000);
  assert(await isGone(gpu.pid));
});

testOnGpu("Ctrl-C in the terminal does not reach into a GPU process", async (gpu) => {
  Deno.kill(gpu.pid, "SIGINT");
  assertEquals(await gpu.request<number>("echo", 1, TIMEOUT_MS), 1);
});

testOnGpu("trials of every kind end in a trial, and the process goes on", async (gpu) => {
  const trials = new TrialProcess(gpu, TIMEOUT_MS);
  const results: Trial[] = [];
  for (const body of ["fine", "wrong", "unwritten", "ill", "fine"]) {
    results.push(await trials.run("spin", request(body)));
  }
  assertEquals(results.map((t) => t.status), ["passed", "incorrect", "incorrect", "compile_error", "passed"]);
  assert(results[3].reason!.includes("nonsense"), results[3].reason);
  assert(results[0].timing!.medianUs > 0);
  assertEquals(gpu.alive, true);
});

testOnGpu(
  "a shader that never ends is a timeout within its limit, and the next trial runs in a new process",
  async (gpu) => {
    const trials = new TrialProcess(gpu, 3_000);
    try {
      const start = performance.now();
      const hung = await trials.run("spin", request("endless"));
      assertEquals([hung.status, hung.reason], ["timeout", "no end of verify within 3 s"]);
      assertEquals(hung.variant, formatVariant("spin", { body: "endless" }));
      assertEquals(hung.timing, undefined);
      assert(performance.now() - start < 10_000);
      assert(await isGone(gpu.pid), "the process of the endless shader is still there");
      assertEquals((await trials.run("spin", request("fine"))).status, "passed");
    } finally {
      trials.close();
    }
  },
);

testOnGpu(
  "a process killed in mid-trial is a lost device, and the next trial runs in a new process",
  async (gpu) => {
    const trials = new TrialProcess(gpu, TIMEOUT_MS);
    try {
      const phases: string[] = [];
      const killed = await trials.run("spin", request("endless"), (phase) => {
        phases.push(phase);
        if (phase === "verify") Deno.kill(gpu.pid, "SIGKILL");
      });
      assertEquals(phases, ["compile", "verify"]);
      assertEquals(killed.status, "device_lost");
      assertEquals(killed.reason, "the GPU process ended: its driver crashed or it was killed");
      const next = await trials.run("spin", request("fine"));
      assertEquals([next.status, next.driver], ["passed", killed.driver]);
    } finally {
      trials.close();
    }
  },
);

testOnGpu("a process that died between trials is not held against the next variant", async (gpu) => {
  const trials = new TrialProcess(gpu, TIMEOUT_MS);
  try {
    Deno.kill(gpu.pid, "SIGKILL");
    assertEquals((await trials.run("spin", request("fine"))).status, "passed");
  } finally {
    trials.close();
  }
});

testOnGpu("a lost device is a trial, and the next trial runs on a new device", async (gpu) => {
  const trials = new TrialProcess(gpu, TIMEOUT_MS);
  try {
    await gpu.request("lose", {}, TIMEOUT_MS);
    assertEquals((await trials.run("spin", request("fine"))).status, "device_lost");
    assertEquals((await trials.run("spin", request("fine"))).status, "passed");
  } finally {
    trials.close();
  }
});

testOnGpu("close() ends a trial under way with an error, not with a trial", async (gpu) => {
  const trials = new TrialProcess(gpu, TIMEOUT_MS);
  const error = await rejection(trials.run("spin", request("endless"), (phase) => {
    if (phase === "verify") trials.close();
  }));
  assert(error instanceof GpuDied, String(error));
  assert(await rejection(trials.run("spin", request("fine"))) instanceof GpuDied);
  assert(await isGone(gpu.pid));
});

testOnGpu("restart() gives another process on the same device", async (gpu) => {
  const again = await gpu.restart();
  try {
    assertEquals([again.record, gpu.alive], [gpu.record, false]);
    assert(again.pid !== gpu.pid);
    assertEquals(await again.request<number>("echo", 1, TIMEOUT_MS), 1);
  } finally {
    again.close();
  }
});

Deno.test({
  name: "an endless shader does not outlive a parent that was killed" + missing,
  ignore: !device || Deno.build.os !== "linux",
  fn: async () => {
    const parent = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", fileURLToPath(new URL("./spin_parent.ts", import.meta.url))],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let said = "";
    for await (const text of parent.stdout.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (!said.includes("\n")) continue;
      assert(await isRunning(Number(said)));
      parent.kill("SIGKILL");
    }
    await parent.status;
    assert(await isGone(Number(said)), "the GPU process is still there");
  },
});

Deno.test("restart() takes no other device for the one that went", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const greet = (description: string) =>
      Deno.writeTextFile(
        `${folder}/worker.ts`,
        `console.log('{"kind":"ready","record":{"description":"${description}","driver":"1","software":false}}');
        for await (const _ of Deno.stdin.readable);`,
      );
    await greet("Some GPU");
    const gpu = await GpuProcess.start({ ...OPTIONS, worker: new URL(`file://${folder}/worker.ts`) });
    const trials = new TrialProcess(gpu, TIMEOUT_MS);
    gpu.close();
    await greet("A CPU");
    const error = await rejection(trials.run("spin", request("fine")));
    assert(error instanceof GpuDied, String(error));
    assertEquals(
      error.message,
      "Some GPU did not come back after a trial ended its process (A CPU answers in its place); " +
        "the trials so far are kept: run again when it answers",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const STRANGE: [string, string, RegExp][] = [
  ["dies at start", "Deno.exit(3)", /: its driver ended the process that opened it\./],
  ["throws at start", "throw new Error('no')", /: its driver ended the process that opened it\./],
  ["prints garbage and ends", "console.log('garbage\\n\\0\\n[1]')", /: its driver ended the process/],
  [
    "prints a broken line",
    "console.log('{\"garbage'); setTimeout(() => {}, 1e6)",
    /: its process did not begin as/,
  ],
  [
    "greets in another way",
    'console.log(\'{"kind":"hello"}\'); setTimeout(() => {}, 1e6)',
    /: its process did not begin/,
  ],
  ["says nothing", "setTimeout(() => {}, 1e6)", /: its driver did not answer within 1 s\./],
];

for (const [what, source, says] of STRANGE) {
  const name = `start() ends with a sentence where the process ${what}`;
  // The process stands for the software adapter's, which there is on Linux only.
  Deno.test({ name, ignore: Deno.build.os !== "linux" }, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/worker.ts`, source);
      const error = await rejection(GpuProcess.start({
        ...OPTIONS,
        software: true,
        worker: new URL(`file://${folder}/worker.ts`),
        openTimeoutMs: what === "says nothing" ? 1000 : TIMEOUT_MS,
      }));
      assertEquals(error.name, "UserError");
      assert(says.test(error.message), error.message);
      assert(error.message.endsWith("Run `deno task doctor` for what is missing."));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
