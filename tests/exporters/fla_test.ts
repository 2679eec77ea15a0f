// Covers exporters/fla: the folder fla reads, whose winner speaks for a kernel, and what is refused.
import { rejects } from "node:assert/strict";
import { fla } from "../../exporters/fla/mod.ts";
import { gpuFolder } from "../../exporters/fla/gpu_folder.ts";
import { STATE_KERNEL } from "../../exporters/fla/state_tile.ts";
import type { ExportRequest } from "../../exporters/exporter.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleTiming } from "../profiles/samples.ts";
import { matchGolden } from "./match_golden.ts";
import { flaFile, loadDefault, stateKernelConfig } from "./rules/fla.ts";
import { SAMPLE_DEVICE, sampleRequest } from "./sample_request.ts";
import { withDevice, withWinner } from "./vary_request.ts";

const PREFILL = ["kda_prefill", "gdn_prefill"];

async function configOf(request: ExportRequest) {
  const files = await fla.files(request);
  const folder = `${gpuFolder(request.devices[0].profile.device)}/`;
  const there = files.filter(({ path }) => path.startsWith(folder));
  return loadDefault(new Map(there.map(({ path, text }) => [path.slice(folder.length), text])), STATE_KERNEL);
}

Deno.test("fla writes a folder fla reads, and a README", async () => {
  const files = await fla.files(sampleRequest(PREFILL));
  await matchGolden("fla", files);
  const json = files.find(({ path }) => path.endsWith(".json"))!;
  assertEquals(json.path, `NVIDIA_H100_80GB_HBM3/${STATE_KERNEL}.json`);
  assertEquals(flaFile.parse(JSON.parse(json.text)).kernel_name, STATE_KERNEL);
  stateKernelConfig.parse(await configOf(sampleRequest(PREFILL)));
});

Deno.test("fla's rules refuse a config without num_ctas, with fields of no reader, or a tile there is no kernel of", () => {
  const good = { kwargs: { BV: 32 }, num_warps: 2, num_ctas: 1, num_stages: 2 };
  const { num_ctas: _, ...without } = good;
  assert(flaFile.safeParse({ kernel_name: "k", default_config: good }).success);
  assert(!flaFile.safeParse({ kernel_name: "k", default_config: without }).success);
  assert(!flaFile.safeParse({ kernel_name: "k", default_config: good, comment: "tuned" }).success);
  assert(!stateKernelConfig.safeParse({ ...good, kwargs: { BV: 16 } }).success);
  assert(!stateKernelConfig.safeParse({ ...good, kwargs: { BV: 32, BK: 32 } }).success);
});

Deno.test("fla's default is the longest single prompt's, KDA before Gated DeltaNet", async () => {
  const eight = {
    variant: "kda_prefill:chunkSize=64;tileV=64;io=f16",
    axes: { B: 8, T: 131072, H: 32, K: 128, V: 128 },
  };
  const longer = {
    variant: "gdn_prefill:chunkSize=64;tileV=64;io=f16",
    axes: { B: 1, T: 65536, H: 32, K: 128, V: 128 },
  };
  const same = { ...longer, axes: { ...longer.axes, T: 8192, H: 64 } };
  const request = sampleRequest(PREFILL);
  assertEquals((await configOf(request))?.kwargs, { BV: 32 });
  assertEquals((await configOf(withWinner(request, eight)))?.kwargs, { BV: 32 });
  assertEquals((await configOf(withWinner(request, same)))?.kwargs, { BV: 32 });
  assertEquals((await configOf(withWinner(request, longer)))?.kwargs, { BV: 64 });
});

Deno.test("fla takes the fastest trial it could run where the winner's tile or algorithm is another", async () => {
  const winner = {
    variant: "kda_prefill:formulation=recurrent;tileV=32;io=f16",
    axes: { B: 1, T: 65536, H: 32, K: 128, V: 128 },
  };
  const trials = [
    { variant: "kda_prefill:chunkSize=16;tileV=64;io=f16;prepareThreads=64", timing: sampleTiming(1) },
    { variant: "kda_prefill:chunkSize=64;tileV=64;io=f32", timing: sampleTiming(2) },
    { variant: "kda_prefill:chunkSize=64;tileV=64;io=f16", timing: sampleTiming(3), driver: "an older one" },
    { variant: "kda_prefill:chunkSize=32;tileV=64;io=f16", timing: sampleTiming(30) },
    { variant: "kda_prefill:chunkSize=64;tileV=32;io=f16", timing: sampleTiming(40) },
  ];
  const request = withWinner(sampleRequest(["kda_prefill"]), winner, trials);
  assertEquals((await configOf(request))?.kwargs, { BV: 64 });
  const text = (await fla.files(request)).find(({ path }) => path === "README.md")!.text;
  assert(text.includes("the fastest of 2 measured that fit, kda_prefill@T<=65536"), text);
  assert(text.includes("chunk_size=32"), text);
});

Deno.test("fla refuses an export of which nothing fits, and a GPU it gives no choice on", async () => {
  const recurrent = withWinner(sampleRequest(["gdn_prefill"]), {
    variant: "gdn_prefill:formulation=recurrent;tileV=32",
    axes: { B: 1, T: 64, H: 1, K: 128, V: 128 },
  });
  await rejects(fla.files(recurrent), {
    name: "RangeError",
    message: /tune one with formulation chunked or matrix$/,
  });
  const amd = withDevice(sampleRequest(PREFILL), {
    ...SAMPLE_DEVICE,
    vendor: "amd",
    description: "AMD Instinct MI300X",
  });
  await rejects(fla.files(amd), { name: "RangeError", message: /not of "amd"/ });
});

Deno.test("gpuFolder names a folder as fla does", () => {
  assertEquals(gpuFolder({ description: "NVIDIA A100-SXM4-80GB" }), "NVIDIA_A100_SXM4_80GB");
  assertEquals(
    gpuFolder({ description: "Intel(R) Arc(TM) B580 Graphics (BMG G21)" }),
    "Intel_R_Arc_TM_B580_Graphics",
  );
  assertEquals(gpuFolder({ description: "" }), "unknown_gpu");
});
