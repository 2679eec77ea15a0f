// `verify`: which variants it takes, mistakes before a GPU is opened, right and wrong answers, refusals, one document.
import { completeAxes } from "../../kernels/core/axes.ts";
import { initialConfig, violations } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { deviceWinners, usualVariants } from "../../cli/verify_variants.ts";
import { deviceSlug } from "../../profiles/device_ladder.ts";
import { assert, assertEquals } from "../assert.ts";
import { testDevice } from "../gpu/open_test_device.ts";
import { sampleDevice, sampleWinner } from "../profiles/samples.ts";
import { writeCase } from "./case_file.ts";
import { inFolder } from "./in_folder.ts";
import { runCli } from "./run_cli.ts";

const SMALL = ["verify", "kda_decode", "--workload", "N=1,H=2,K=64,V=64"];
const ROLLED = ["--config", "kda_decode:unroll=false"];
const CASE = { N: 2, H: 1, K: 64, V: 64 };

const BAD: [string[], string][] = [
  [["verify", "kda_decod"], 'Unknown family "kda_decod": did you mean "kda_decode"?'],
  [["verify", "--workload", "T=64"], "Cannot size a workload without its family: name exactly one"],
  [["verify", "kda_decode", "--workload", "T=64"], 'Unknown axis "T" of kda_decode'],
  [[...SMALL, "--inputs", "flor"], 'Unknown inputs "flor" of kda_decode: did you mean "floor"?'],
  [["verify", "--inputs", "floor"], 'Unknown inputs "floor" of mla_decode'],
  [[...SMALL, "--config", "kda_decode:tileW=32"], 'Unknown tunable "tileW" of kda_decode'],
  [[...SMALL, "--config", "mla_decode"], "Cannot verify mla_decode: its family is not among kda_decode"],
  [[...SMALL, "--case", "x"], "Cannot take --case with --workload or --inputs"],
  [["verify", "--case", "x"], "Cannot read a case without its family"],
  [["verify", "kda_decode", "--case", "/nonexistent"], "/nonexistent: no such file"],
];

for (const [args, says] of BAD) {
  Deno.test(`${args.join(" ")} ends with one sentence and code 2 before a GPU is opened`, async () => {
    const { code, stdout, stderr } = await runCli(args, { DENO_WEBGPU_BACKEND: "noop" });
    assert(stderr.includes(says), stderr);
    assertEquals([stderr.trim().split("\n").length, stdout, code], [1, "", 2], stderr);
  });
}

Deno.test("usualVariants() has every formulation in every storage type it offers, and each winner once", () => {
  const family = familyNamed("kda_prefill");
  const own = { ...initialConfig(family.space, "recurrent"), tileV: 32 };
  const winner = (config: typeof own) => sampleWinner({ family: family.name, config, bucket: "b" });
  const variants = usualVariants(family, [winner(own), winner(initialConfig(family.space))]);
  const ids = variants.map(({ config }) => formatVariant(family.name, config));
  assertEquals(new Set(ids).size, ids.length);
  for (const { config } of variants) assertEquals(violations(family.space, config), []);
  for (const formulation of ["chunked", "recurrent", "matrix"]) {
    const stored = variants.filter(({ config, from }) =>
      from === "initial" && config.formulation === formulation
    );
    assertEquals(new Set(stored.map(({ config }) => config.io)), new Set(["f32", "f16"]));
  }
  assertEquals(variants.filter(({ from }) => from === "winner of b").map(({ config }) => config), [own]);
});

Deno.test("deviceWinners() takes this device's own profile, and says which of its winners is none any more", () =>
  inFolder(async (folder) => {
    const family = familyNamed("kda_decode");
    const device = sampleDevice();
    const config = initialConfig(family.space);
    const winners = [
      sampleWinner({ family: family.name, config, bucket: "good" }),
      sampleWinner({ family: family.name, config: { ...config, tileV: 7 }, bucket: "bad" }),
      sampleWinner({ family: "kda_prefill", bucket: "other" }),
    ];
    const store = async (record: typeof device) => {
      const path = `${folder}/${deviceSlug(record)}`;
      await Deno.mkdir(path);
      const profile = { schemaVersion: 1, device: record, winners, updatedAt: "2026-11-23T00:00:00Z" };
      await Deno.writeTextFile(`${path}/profile.json`, JSON.stringify(profile));
    };
    await store(device);
    await store(sampleDevice({ backend: "dawn" }));
    const found = await deviceWinners(device, [family], folder);
    assertEquals(found.winners.map(({ bucket }) => bucket), ["good"]);
    assertEquals(found.notices.length, 1);
    assert(/^Passed over the winner of bad: .*tileV/.test(found.notices[0]), found.notices[0]);
  }));

const device = await testDevice();
const gpuTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: name + (device ? "" : " (needs a WebGPU adapter)"), ignore: !device, fn });

gpuTest("verify --json prints one document, in which every kind of inputs asked for has passed", async () => {
  const { code, stdout, stderr } = await runCli([
    ...SMALL,
    ...ROLLED,
    "--inputs",
    "ordinary,masked",
    "--json",
  ]);
  assertEquals(code, 0, stderr);
  const { passed, rows } = JSON.parse(stdout);
  assertEquals(passed, true);
  assertEquals(rows.map((row: { inputs: string }) => row.inputs), ["ordinary", "masked"]);
  for (const { status, from, axes, errors, tolerance, callMs } of rows) {
    assertEquals([status, from, axes], [
      "passed",
      "asked for",
      completeAxes(familyNamed("kda_decode"), axes),
    ]);
    assert(errors.o <= tolerance && errors.final_state <= tolerance && tolerance === 1e-5 && callMs > 0);
  }
  assert(/0 of 2 verified; .*references of \d+ of 4 heads/.test(stderr), stderr);
});

gpuTest(
  "verify --case exits 1 where an output the file holds is missed, and 0 where all are met",
  () =>
    inFolder(async (folder) => {
      await writeCase(`${folder}/right.safetensors`, "kda_decode", CASE);
      await writeCase(`${folder}/wrong.safetensors`, "kda_decode", CASE, (t) => t.o.data[0] += 1);
      await writeCase(`${folder}/none.safetensors`, "kda_decode", CASE, (t) => {
        delete t.o;
        delete t.final_state;
      });
      const run = (...names: string[]) =>
        runCli([
          "verify",
          "kda_decode",
          "--case",
          ...names.map((n) => `${folder}/${n}.safetensors`),
          ...ROLLED,
        ]);
      const [both, right, none] = await Promise.all([run("right", "wrong"), run("right"), run("none")]);
      assertEquals(both.code, 1);
      assert(
        /^right .* passed /m.test(both.stdout) && /^wrong .* incorrect /m.test(both.stdout),
        both.stdout,
      );
      assertEquals(right.code, 0, right.stderr);
      assertEquals(none.code, 2);
      assert(none.stderr.includes("it holds none of the outputs o, final_state"), none.stderr);
    }),
);

gpuTest("verify lists what the device refuses, and exits 1 where it refuses all", async () => {
  const config = "kda_prefill:formulation=matrix;unroll=false";
  // Deno's own WebGPU has no matrix units.
  const { code, stdout } = await runCli(["verify", "kda_prefill", "--config", config]);
  assertEquals(code, 1);
  assert(stdout.startsWith(`Refused:\n  ${config}: `), stdout);
  assert(stdout.includes("Nothing was verified"), stdout);
});
