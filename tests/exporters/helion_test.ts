// Covers exporters/helion: the file vLLM's loader and picker take, its name, and what is refused.
import { rejects } from "node:assert/strict";
import type { ExportRequest } from "../../exporters/exporter.ts";
import { gpuName } from "../../exporters/helion/gpu_name.ts";
import { helion } from "../../exporters/helion/mod.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { matchGolden } from "./match_golden.ts";
import { mlaDecodeFile, pick } from "./rules/helion.ts";
import { SAMPLE_DEVICE, sampleRequest } from "./sample_request.ts";
import { withDevice, withWinner } from "./vary_request.ts";

async function listOf(request: ExportRequest) {
  const files = await helion.files(request);
  return mlaDecodeFile.parse(JSON.parse(files.find(({ path }) => path.endsWith(".json"))!.text));
}

const LONG = { variant: "mla_decode:cacheElem=f16;keysPerTile=64", axes: { N: 1, H: 32, S: 131072, P: 0 } };
const BATCH = {
  variant: "mla_decode:formulation=matrix;cacheElem=f16;matrixKeys=16",
  axes: { N: 64, H: 32, S: 8192, P: 0 },
};

Deno.test("helion writes the file vLLM loads, and a README", async () => {
  const files = await helion.files(withWinner(withWinner(sampleRequest(["mla_decode"]), LONG), BATCH));
  await matchGolden("helion", files);
  assertEquals(files[0].path, "configs/mla_decode_kv_split/nvidia_h100.json");
});

Deno.test("helion's entries are picked by batch, length and heads", async () => {
  const list = await listOf(withWinner(withWinner(sampleRequest(["mla_decode"]), BATCH), LONG));
  const tileAt = (...call: [number, number, number]) => pick(list, ...call)?.block_sizes[0];
  assertEquals([tileAt(1, 4096, 32), tileAt(1, 8193, 32), tileAt(1, 1 << 20, 128)], [32, 64, 64]);
  assertEquals(tileAt(128, 2048, 16), 16);
  assertEquals(list[0], { key: {}, config: { block_sizes: [64] } });
});

Deno.test("helion keeps the winner with the f16 cache where there is one with f32 at the same size", async () => {
  const axes = { N: 1, H: 32, S: 8192, P: 0 };
  const f32 = { variant: "mla_decode:cacheElem=f32;keysPerTile=64", axes };
  const list = await listOf(withWinner(sampleRequest(["mla_decode"]), f32));
  assertEquals(list.map(({ config }) => config.block_sizes[0]), [32, 32]);
  assertEquals(list[1].key, { batch: 1, seqlen: 8192, headspb: 32 });
});

Deno.test("helion's rules refuse a key that misses an axis or stands twice, and fields Helion does not know", () => {
  const good = { key: { batch: 1, seqlen: 8192, headspb: 32 }, config: { block_sizes: [32] } };
  assert(mlaDecodeFile.safeParse([good]).success);
  assert(!mlaDecodeFile.safeParse([good, good]).success);
  assert(!mlaDecodeFile.safeParse([{ ...good, key: { batch: 1 } }]).success);
  assert(!mlaDecodeFile.safeParse([{ ...good, config: { block_sizes: [24] } }]).success);
  assert(!mlaDecodeFile.safeParse([{ ...good, config: { block_sizes: [32], splits: 32 } }]).success);
  assert(!mlaDecodeFile.safeParse([{ ...good, config: {} }]).success);
});

Deno.test("helion refuses other vendors' GPUs, and profiles without MLA decode", async () => {
  const apple = withDevice(sampleRequest(["mla_decode"]), { ...SAMPLE_DEVICE, vendor: "apple" });
  await rejects(helion.files(apple), { name: "RangeError", message: /not of "apple"/ });
  const other = sampleRequest(["kda_decode"]);
  await rejects(helion.files(other), { name: "RangeError", message: /no winner of mla_decode/ });
});

Deno.test("gpuName names a GPU as vLLM does", () => {
  const names = {
    "NVIDIA H200": "nvidia_h200",
    "NVIDIA H100 80GB HBM3": "nvidia_h100",
    "NVIDIA A100-SXM4-80GB": "nvidia_a100",
    "Tesla V100-PCIE-16GB": "tesla_v100",
    "NVIDIA GeForce RTX 4090": "nvidia_geforce_rtx_4090",
    "NVIDIA RTX A2000 (NVK GA106)": "nvidia_rtx_a2000",
    'Quadro "RTX" 6000/PCIe/SSE2': "quadro__rtx__6000_pcie_sse2",
  };
  for (const [description, name] of Object.entries(names)) assertEquals(gpuName({ description }), name);
  assertThrows(() => gpuName({ description: "" }), RangeError, "by the GPU's name");
});
