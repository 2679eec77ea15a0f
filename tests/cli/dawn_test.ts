// `--backend dawn`: through the software adapter, which Dawn finds wherever CI runs; what is said where it finds nothing.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { GpuProcess } from "../../cli/gpu_process.ts";
import { TrialProcess } from "../../cli/trial_process.ts";
import { completeAxes } from "../../kernels/core/axes.ts";
import { canRun } from "../../kernels/core/fit.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { families } from "../../kernels/mod.ts";
import { deviceSlug } from "../../profiles/device_ladder.ts";
import { inFolder } from "./in_folder.ts";
import { runCli } from "./run_cli.ts";

const SUPPORTED = Deno.build.os === "linux" && Deno.build.arch === "x86_64";
const NEEDS = SUPPORTED ? "" : " (needs Linux x86-64)";
const DAWN = ["--backend", "dawn", "--software"];
/** A driver that is none, so that no adapter answers whatever machine this is. */
const NO_DRIVER = { VK_DRIVER_FILES: "/nonexistent.json", VK_ICD_FILENAMES: "/nonexistent.json" };
const CEILINGS = { readGBps: 1, f32Tflops: 1, timestampQuantumNs: 1, measuredAt: "2026-11-23T10:00:00.000Z" };

function testDawn(name: string, fn: () => Promise<void>) {
  Deno.test({ name: name + NEEDS, ignore: !SUPPORTED, fn });
}

testDawn("devices --backend dawn names the implementation, its version and the adapter", async () => {
  const { code, stdout, stderr } = await runCli(["devices", ...DAWN, "--json"], NO_DRIVER);
  strictEqual(code, 0, stderr);
  match(stderr, /^Cannot use Dawn: no adapter answers it;/);
  const [device] = JSON.parse(stdout).devices;
  strictEqual(device.backend, "dawn");
  match(device.runtime, /^dawn \d+\.\d+\.\d+ in deno \d/);
  match(device.description, /swiftshader/i);
  match(device.driver, /\d/);
  strictEqual(device.software, true);
  match(deviceSlug(device), /^dawn_google_swiftshader_.*_software$/);
});

for (const command of ["tune", "bench", "devices"]) {
  const args = command === "devices" ? [] : ["kda_decode", "--workload", "N=1,H=1"];
  Deno.test(`${command} --backend dawn says in one sentence that no adapter answers, with code 2`, async () => {
    const { code, stdout, stderr } = await runCli([command, ...args, "--backend", "dawn"], NO_DRIVER);
    strictEqual(code, 2, stderr);
    strictEqual(stdout, "");
    strictEqual(
      stderr.trim(),
      "Cannot use Dawn: no adapter answers it; install the GPU's Vulkan driver, or add --software to compute on the CPU",
    );
  });
}

testDawn("trials that go wrong in every way end in a trial on Dawn too", async () => {
  const worker = new URL("./spin_worker.ts", import.meta.url);
  const gpu = await GpuProcess.start({ software: true, backend: "dawn", onNotice: () => {}, worker });
  const trials = new TrialProcess(gpu, 10_000);
  try {
    const statuses: string[] = [];
    for (const body of ["fine", "wrong", "unwritten", "ill", "endless", "fine"]) {
      const request = { config: { body }, axes: { N: 1 }, sourceHash: "", ceilings: CEILINGS };
      const { status, reason } = await trials.run("spin", { ...request, samples: 3, capUs: 1e6 });
      if (status === "compile_error") match(reason!, /unresolved value 'nonsense'/);
      statuses.push(status);
    }
    deepStrictEqual(statuses, ["passed", "incorrect", "incorrect", "compile_error", "timeout", "passed"]);
  } finally {
    trials.close();
  }
});

testDawn("verify --backend dawn holds a rolled variant against the reference", async () => {
  const rolled = ["--config", "kda_decode:unroll=false", "--workload", "N=1,H=1", "--inputs", "floor"];
  const { code, stdout, stderr } = await runCli(["verify", "kda_decode", ...rolled, ...DAWN, "--json"]);
  strictEqual(code, 0, stderr);
  deepStrictEqual(JSON.parse(stdout).rows.map((row: { status: string }) => row.status), ["passed"]);
});

testDawn("every family's default, rolled, is right on Dawn, and its messages break no protocol", async () => {
  const gpu = await GpuProcess.start({ software: true, backend: "dawn", onNotice: () => {} });
  const trials = new TrialProcess(gpu, 120_000);
  try {
    for (const family of families) {
      // Rolled: SwiftShader compiles an unrolled chunk for 20 s, and unrolling is tested elsewhere.
      const rolled = "unroll" in family.space.tunables ? { unroll: false } : {};
      const config = { ...initialConfig(family.space), ...rolled };
      const axes = completeAxes(family, family.verifyAxes(completeAxes(family, {}))[0]);
      ok(canRun(family, axes, config, gpu.capabilities), family.name);
      const trial = await trials.run(family.name, {
        config,
        axes,
        sourceHash: "",
        ceilings: CEILINGS,
        samples: 1,
        capUs: 1e9,
      });
      strictEqual(trial.status, "passed", `${family.name}: ${trial.reason}`);
    }
  } finally {
    trials.close();
  }
});

testDawn(
  "tune and bench --backend dawn keep to a profile of their own, and stdout to one document",
  () =>
    inFolder(async (folder) => {
      const size = ["kda_decode", "--workload", "N=1,H=1", "--profiles", folder];
      const tuned = await runCli(["tune", ...size, ...DAWN, "--trials", "2", "--json"]);
      strictEqual(tuned.code, 0, tuned.stderr);
      const { profile, winners } = JSON.parse(tuned.stdout);
      match(profile, /\/dawn_google_swiftshader_[^/]*$/);
      ok(!tuned.stderr.includes("warning"), tuned.stderr);

      const own = JSON.parse((await runCli(["bench", ...size, ...DAWN, "--json"])).stdout);
      match(own.rows[0].from, /^winner of kda_decode@/);
      strictEqual(own.rows[0].trial.variant, winners[0].variant);
      const other = JSON.parse((await runCli(["bench", ...size, "--software", "--json"])).stdout);
      match(other.rows[0].from, /^no profile knows this device/);
    }),
);
