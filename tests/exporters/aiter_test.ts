// Covers exporters/aiter: tables AITER's lookup finds calls in, the name of a GPU, and what is refused.
import { rejects } from "node:assert/strict";
import { amdTarget } from "../../exporters/aiter/amd_target.ts";
import { aiter } from "../../exporters/aiter/mod.ts";
import type { ExportRequest } from "../../exporters/exporter.ts";
import type { DeviceRecord } from "../../profiles/schema.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { sampleTiming } from "../profiles/samples.ts";
import { matchGolden } from "./match_golden.ts";
import { mlaDecodeRope, readGdnTable } from "./rules/aiter.ts";
import { SAMPLE_DEVICE, sampleRequest } from "./sample_request.ts";
import { withDevice, withWinner } from "./vary_request.ts";

const MI300X: DeviceRecord = {
  ...SAMPLE_DEVICE,
  vendor: "amd",
  architecture: "",
  device: "0x74a1",
  description: "AMD Instinct MI300X",
};
const MI355X = { ...MI300X, device: "0x75a3", description: "AMD Instinct MI355X" };
const on = (device: DeviceRecord, names = ["gdn_prefill", "mla_decode"]) =>
  withDevice(sampleRequest(names), device);

/** Two prompts of 100 tokens: two chunks of 64 each. */
const PAIR = {
  variant: "gdn_prefill:chunkSize=64;tileV=32;io=f16",
  axes: { B: 2, T: 100, H: 32, K: 128, V: 128 },
};
const CALL = { H: 32, varlen: false, totalChunks: 4, maxSeqChunks: 2 };

async function filesOf(request: ExportRequest) {
  const files = await aiter.files(request);
  const text = (end: string) => files.find(({ path }) => path.endsWith(end))?.text;
  const json = text(".json");
  return {
    csv: text(".csv"),
    mla: json === undefined ? undefined : mlaDecodeRope.parse(JSON.parse(json)),
    readme: text("README.md")!,
  };
}

Deno.test("aiter writes tables AITER loads, and a README", async () => {
  const files = await aiter.files(withWinner(on(MI300X), PAIR));
  await matchGolden("aiter", files);
  assertEquals(files.map(({ path }) => path), [
    "configs/model_configs/deltatune_chunk_gdn_h_opt_tuned.csv",
    "ops/triton/configs/gfx942-MLA_DECODE_ROPE-DEFAULT.json",
    "README.md",
  ]);
});

Deno.test("aiter's rows are found by calls of their chunk counts on that GPU, and by no others", async () => {
  const { csv } = await filesOf(withWinner(on(MI300X), PAIR));
  const lookup = readGdnTable(csv!);
  assertEquals([lookup("gfx942", 304, CALL), lookup("gfx942", 304, { ...CALL, varlen: true })], [32, 32]);
  assertEquals(lookup("gfx942", 80, CALL), undefined);
  assertEquals(lookup("gfx942", 304, { ...CALL, totalChunks: 2 }), undefined);
});

Deno.test("aiter's row is of the fastest trial in chunks of 64 where the winner's are others", async () => {
  const winner = { ...PAIR, variant: "gdn_prefill:chunkSize=32;tileV=16;io=f16" };
  const trials = [
    { variant: "gdn_prefill:chunkSize=64;tileV=64;io=f16", timing: sampleTiming(30) },
    { variant: "gdn_prefill:chunkSize=64;tileV=16;io=f16", timing: sampleTiming(20) },
    { variant: "gdn_prefill:chunkSize=64;tileV=8;io=f16", timing: sampleTiming(15) },
    { variant: "gdn_prefill:formulation=recurrent;tileV=64;io=f16", timing: sampleTiming(12) },
  ];
  const { csv, readme } = await filesOf(withWinner(on(MI355X), winner, trials));
  assertEquals(readGdnTable(csv!)("gfx950", 256, CALL), 16);
  assert(readme.includes("the fastest of 2 measured that fit"), readme);
});

Deno.test("aiter's MLA tile is the longest single sequence's, and fits the workgroup memory", async () => {
  const axes = { N: 1, H: 32, S: 1 << 20, P: 0 };
  const variant = "mla_decode:cacheElem=f16;keysPerTile=128;headsPerGroup=32;threads=512;headsPerThread=8";
  const stage1 = async (request: ExportRequest) =>
    (await filesOf(request)).mla?.fwd_grouped_kernel_stage1_rope;
  assertEquals(await stage1(withWinner(on(MI355X), { variant, axes })), { BLOCK_N: 128, BLOCK_H: 32 });
  const fits = { variant: "mla_decode:cacheElem=f16;headsPerGroup=32", timing: sampleTiming(50) };
  assertEquals(await stage1(withWinner(on(MI300X), { variant, axes }, [fits])), { BLOCK_N: 32, BLOCK_H: 32 });
  assertEquals(await stage1(withWinner(on(MI300X), { variant, axes })), { BLOCK_N: 32, BLOCK_H: 16 });
});

Deno.test("aiter's rules refuse rows the kernel does not take, rows twice, and a section or tile that is missing", async () => {
  const { csv } = await filesOf(withWinner(on(MI300X), PAIR));
  assertThrows(() => readGdnTable(csv!.replace(",cu_num", "")), SyntaxError, "header");
  assertThrows(() => readGdnTable(csv! + csv!.split("\n")[1] + "\n"), SyntaxError, "two rows");
  assertThrows(() => readGdnTable(csv!.replaceAll(",128,128,64,", ",128,128,32,")), Error, "64");
  assertThrows(() => readGdnTable(csv!.replaceAll(",32,\n", ",8,\n")), Error, "16");
  const tile = { BLOCK_N: 32, BLOCK_H: 16 };
  assert(mlaDecodeRope.safeParse({ fwd_grouped_kernel_stage1_rope: tile, fwd_kernel_stage2: {} }).success);
  assert(!mlaDecodeRope.safeParse({ fwd_grouped_kernel_stage1_rope: tile }).success);
  assert(
    !mlaDecodeRope.safeParse({ fwd_grouped_kernel_stage1_rope: { BLOCK_N: 32 }, fwd_kernel_stage2: {} })
      .success,
  );
  const odd = { ...tile, BLOCK_H: 8 };
  assert(!mlaDecodeRope.safeParse({ fwd_grouped_kernel_stage1_rope: odd, fwd_kernel_stage2: {} }).success);
});

Deno.test("aiter refuses other vendors' GPUs, GPUs it has no name of, and exports of which nothing fits", async () => {
  const nvidia = sampleRequest(["gdn_prefill", "mla_decode"]);
  await rejects(aiter.files(nvidia), {
    name: "RangeError",
    message: /its reader runs on GPUs of AMD, not of "nvidia"/,
  });
  const rdna = on({ ...MI300X, device: "0x73bf", architecture: "rdna-2", description: "AMD Radeon RX 6800" });
  await rejects(aiter.files(rdna), {
    name: "RangeError",
    message: /architecture "rdna-2" stands for one gfx target/,
  });
  await rejects(aiter.files(on(MI300X, ["gdn_prefill"])), {
    name: "RangeError",
    message: /in chunks of 64 tokens/,
  });
  const unknown = withWinner(on({ ...MI300X, device: "", architecture: "gfx942", description: "AMD" }), PAIR);
  assertEquals((await filesOf(unknown)).csv, undefined);
});

Deno.test("amdTarget knows a GPU by id, by name, or by a gfx name", () => {
  const nobody = { architecture: "", device: "", description: "AMD Radeon Graphics" };
  const gfx = (changes: Partial<typeof nobody>) => amdTarget({ ...nobody, ...changes }).gfx;
  assertEquals(gfx({ device: "0x74a5" }), "gfx942");
  assertEquals(gfx({ description: "AMD Radeon RX 7900 XTX (RADV NAVI31)" }), "gfx1100");
  assertEquals(gfx({ architecture: "gfx90a" }), "gfx90a");
  assertEquals(amdTarget({ ...nobody, architecture: "gfx90a" }).computeUnits, undefined);
  assertThrows(() => gfx({ architecture: "rdna-3" }), RangeError, '"rdna-3"');
});
