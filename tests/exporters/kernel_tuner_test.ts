// kernel-tuner: golden files, results files against the published rules, headers through a C compiler.
import { kernelTuner } from "../../exporters/kernel_tuner/mod.ts";
import { deviceNames } from "../../exporters/kernel_tuner/device_names.ts";
import type { ExportRequest } from "../../exporters/exporter.ts";
import { families } from "../../kernels/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleDevice, sampleTiming } from "../profiles/samples.ts";
import { matchGolden } from "./match_golden.ts";
import { storeResultsRules } from "./rules/store_results.ts";
import { SAMPLE_DEVICE, sampleRequest } from "./sample_request.ts";

const NAMES = families.map(({ name }) => name);
const cc = await run("cc", ["--version"]) === undefined ? "cc: not found" : undefined;

Deno.test("kernel-tuner: files are those in __snapshots__/kernel_tuner", async () => {
  await matchGolden("kernel_tuner", await kernelTuner.files(sampleRequest(["kda_decode", "mla_prefill"])));
});

Deno.test("kernel-tuner: results files of every family hold to store_results' rules", async () => {
  for (const { text } of await filesOf(sampleRequest(NAMES), ".json")) {
    storeResultsRules.parse(JSON.parse(text));
  }
});

Deno.test("kernel-tuner: records are the winner and what came within 3 % of it", async () => {
  const request = sampleRequest(["kda_decode"]);
  const [winner, slower, failed] = request.devices[0].trials;
  const close = { ...slower, timing: sampleTiming(12.3) };
  const far = { ...slower, variant: "kda_decode:far", timing: sampleTiming(12.4) };
  const trials = [winner, close, far, failed];
  const [{ text }] = await filesOf(withTrials(request, trials), ".json");
  assertEquals(storeResultsRules.parse(JSON.parse(text)).data.map(({ time }) => time), [0.012, 0.0123]);
});

Deno.test("kernel-tuner: a variant that last failed, or ran another source, is no record", async () => {
  const request = sampleRequest(["kda_decode"]);
  const [winner, slower, failed] = request.devices[0].trials;
  const close = { ...slower, timing: sampleTiming(12.1) };
  const { variant, config } = close;
  for (const after of [[close, { ...failed, variant, config }], [{ ...close, sourceHash: "older" }]]) {
    const [{ text }] = await filesOf(withTrials(request, [winner, ...after]), ".json");
    assertEquals(storeResultsRules.parse(JSON.parse(text)).data.length, 1);
  }
});

Deno.test("kernel-tuner: tunables of one formulation are in its records and not among those of all", async () => {
  const [{ text }] = await filesOf(twoDevices("mla_decode", { formulation: "matrix" }), ".json");
  const { tunable_parameters, data } = storeResultsRules.parse(JSON.parse(text));
  assertEquals(tunable_parameters, ["formulation", "cacheElem", "splits", "unroll"]);
  assert("keysPerTile" in data[0].tunable_parameters && !("keysPerTile" in data[1].tunable_parameters));
});

Deno.test("kernel-tuner: devices of one name go by their folder names", async () => {
  const [{ text }] = await filesOf(twoDevices("kda_decode", {}), ".h");
  assert(text.includes("#if defined(TARGET_builtin_nvidia_hopper_2330)"), text);
  assert(text.includes("#elif defined(TARGET_dawn_nvidia_hopper_2330)"), text);
});

Deno.test("kernel-tuner: a device's branch holds the variant most of its sizes share", async () => {
  const request = sampleRequest(["kda_decode"]);
  const { profile } = request.devices[0];
  const [first] = profile.winners;
  const config = { ...first.config, tileV: 128 };
  const others = [64, 256].map((N) => ({
    ...first,
    axes: { ...first.axes, N },
    config,
    timing: sampleTiming(99),
  }));
  const winners = [first, ...others];
  const [{ text }] = await filesOf({
    ...request,
    devices: [{ ...request.devices[0], trials: [], profile: { ...profile, winners } }],
  }, ".h");
  const branch = text.slice(text.indexOf("#if defined"), text.indexOf("#else"));
  assert(branch.includes("#define KDA_DECODE_TILE_V 128"), branch);
});

Deno.test({
  name: `kernel-tuner: C headers compile with and without a target${cc ? ` (${cc})` : ""}`,
  ignore: cc !== undefined,
  async fn() {
    const headers = [
      ...await filesOf(sampleRequest(NAMES), ".h"),
      ...await filesOf(twoDevices("mla_decode", { formulation: "matrix" }), ".h"),
    ];
    for (const { path, text } of headers) {
      const targets = [...text.matchAll(/defined\(TARGET_(\w+)\)/g)].map(([, name]) => name);
      assert(targets.length > 0, `${path} has a target`);
      for (const target of [undefined, ...targets]) assertEquals(await compile(text, target), "", path);
    }
  },
});

Deno.test({
  name: `kernel-tuner: a target takes its branch, and none the default${cc ? ` (${cc})` : ""}`,
  ignore: cc !== undefined,
  async fn() {
    const [{ text }] = await filesOf(sampleRequest(["kda_decode"]), ".h");
    const claim = (tile: number) => `${text}_Static_assert(KDA_DECODE_TILE_V == ${tile}, "tile");\n`;
    const target = "NVIDIA_H100_80GB_HBM3";
    assertEquals(await compile(claim(32), target), "");
    assertEquals(await compile(claim(64), undefined), "");
    assert((await compile(claim(64), target)).includes("tile"), "the wrong branch shows");
  },
});

Deno.test("store_results' rules refuse what their reader would", () => {
  const record = { device_name: "A", problem_size: "1", tunable_parameters: { a: 1 }, time: 1 };
  const file = (changes: object) => ({
    version_number: "1.0",
    tunable_parameters: ["a"],
    kernel_name: "k",
    objective: "time",
    data: [{ ...record, ...changes }],
  });
  assert(storeResultsRules.safeParse(file({})).success);
  assert(!storeResultsRules.safeParse(file({ tunable_parameters: { b: 1 } })).success);
  assert(!storeResultsRules.safeParse(file({ time: undefined })).success);
  assert(!storeResultsRules.safeParse({ ...file({}), version_number: "2.0" }).success);
});

async function filesOf(request: ExportRequest, ending: string) {
  return (await kernelTuner.files(request)).filter(({ path }) => path.endsWith(ending));
}

function withTrials(
  request: ExportRequest,
  trials: ExportRequest["devices"][number]["trials"],
): ExportRequest {
  return { ...request, devices: [{ ...request.devices[0], trials }] };
}

/** The sample, and the same adapter under another WebGPU implementation, whose winner has other values. */
function twoDevices(family: string, changes: { formulation?: string }): ExportRequest {
  const request = sampleRequest([family]);
  const [first] = request.devices;
  const winners = first.profile.winners.map((winner) => ({
    ...winner,
    config: changes.formulation
      ? { formulation: changes.formulation, cacheElem: "f16", splits: 64, unroll: true, matrixKeys: 16 }
      : winner.config,
  }));
  const device = sampleDevice({ ...SAMPLE_DEVICE, backend: "dawn" });
  const second = {
    ...first,
    slug: "dawn_nvidia_hopper_2330",
    trials: [],
    profile: { ...first.profile, device, winners },
  };
  return { ...request, devices: [first, second] };
}

Deno.test("deviceNames() tells devices of one name apart, whatever their folders are called", () => {
  const [tuned] = sampleRequest(["kda_decode"]).devices;
  const slugs = ["\u65e5\u672c", "\u4e2d\u56fd", "my gpu", "my (gpu"];
  const names = deviceNames(slugs.map((slug) => ({ ...tuned, slug })));
  assertEquals(new Set(names.values()).size, slugs.length);
});

/** What the compiler says of a header on its own; empty where it is content. */
async function compile(text: string, target: string | undefined): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/kernel.h`, text);
    await Deno.writeTextFile(`${folder}/main.c`, '#include "kernel.h"\nint main(void) { return 0; }\n');
    const args = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", ...(target ? [`-DTARGET_${target}`] : [])];
    return await run("cc", [...args, `${folder}/main.c`]) ?? "no cc";
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a command wrote to its error stream; undefined where there is no such command. */
async function run(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { stderr } = await new Deno.Command(command, { args }).output();
    return new TextDecoder().decode(stderr);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
