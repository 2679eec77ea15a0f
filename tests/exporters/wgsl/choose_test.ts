// Which variant of a bundle serves a shape on a device, and the sentence where none does.
import { rejects } from "node:assert/strict";
import { describe } from "../../../exporters/wgsl/runtime/device.js";
import { Kernel } from "../../../exporters/wgsl/runtime/kernel.js";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { SAMPLE_DEVICE, sampleRequest } from "../sample_request.ts";
import { withDevice, withWinner } from "../vary_request.ts";
import { openKernel } from "./open_kernel.ts";

const DECODE = { N: 8, H: 32, K: 128, V: 128 };
const PREFILL = { B: 1, T: 8192, H: 32, K: 128, V: 128 };
const GQA = { N: 1, H: 32, G: 8, K: 128, V: 128, S: 8192, P: 0 };

Deno.test("choose() takes the winner whose bucket is nearest to the sizes", async () => {
  let request = sampleRequest(["kda_prefill"]);
  const short = {
    variant: "kda_prefill:formulation=recurrent;tileV=64;io=f16",
    axes: { ...PREFILL, T: 64, H: 4 },
  };
  const long = { variant: "kda_prefill:chunkSize=32;tileV=32;io=f16", axes: { ...PREFILL, T: 131072 } };
  for (const winner of [short, long]) request = withWinner(request, winner);
  const { kernel } = await openKernel(request, { storage: { io: "f16" } });
  const bucketAt = (T: number, H = 32) => kernel.choose({ ...PREFILL, T, H }).bucket?.split(",")[0];
  assertEquals(bucketAt(8192), "kda_prefill@T<=8192");
  assertEquals(bucketAt(1 << 20, 1), "kda_prefill@T<=131072");
  assertEquals(bucketAt(65536), "kda_prefill@T<=131072");
  assertEquals(bucketAt(100, 2), "kda_prefill@T<=64");
  assertEquals(bucketAt(16384), "kda_prefill@T<=8192");
});

Deno.test("choose() goes by the device before the sizes, and by the default on one no profile knows", async () => {
  const near = withWinner(withDevice(sampleRequest(["kda_decode"]), SAMPLE_DEVICE), {
    variant: "kda_decode:tileV=16",
    axes: { ...DECODE, N: 4096 },
  });
  const other = withDevice(sampleRequest(["kda_decode"]), {
    ...SAMPLE_DEVICE,
    architecture: "ampere",
    description: "A100",
  });
  const request = { ...near, devices: [...other.devices, ...near.devices] };
  const choice = async (info: Record<string, unknown>) =>
    (await openKernel(request, {}, { info })).kernel.choose(DECODE);
  const { rung, id, measured, tolerance, buffers } = await choice({});
  assertEquals([rung, measured.timing.medianUs], ["adapter", 12]);
  assert(id.includes("tileV=32") && tolerance > 0);
  assertEquals(buffers.state, { bytes: 8 * 32 * 128 * 128 * 4, dtype: "f32", role: "state" });
  assertEquals((await choice({ device: "", architecture: "ampere" })).rung, "architecture");
  assertEquals((await choice({ device: "", architecture: "ada" })).rung, "vendor");
  const strange = await choice({ vendor: "amd", device: "", architecture: "rdna-3" });
  assertEquals([strange.rung, strange.bucket, strange.measured], ["portable", undefined, undefined]);
});

Deno.test("choose() takes the variant tuned through the same WGSL front end where devices are alike", async () => {
  const naga = sampleRequest(["kda_decode"]);
  const dawn = withDevice(naga, { ...SAMPLE_DEVICE, backend: "dawn" });
  const request = { ...naga, devices: [...naga.devices, ...dawn.devices] };
  const back = async (naga: boolean) => {
    const { kernel, family } = await openKernel(request, {}, { naga });
    const chosen = kernel.choose(DECODE);
    return family.variants.filter(({ measured }) => measured === chosen.measured).map(({ device }) => device);
  };
  assertEquals([await back(true), await back(false)], [[0], [1]]);
});

Deno.test("choose() serves a storage type of the caller's tensors alone", async () => {
  const request = sampleRequest(["kda_prefill"]);
  const single = (await openKernel(request)).kernel.choose(PREFILL);
  assertEquals([single.rung, single.buffers.q.dtype], ["portable", "f32"]);
  const half = (await openKernel(request, { storage: { io: "f16" } })).kernel.choose(PREFILL);
  assertEquals([half.rung, half.buffers.q.dtype], ["adapter", "f16"]);
  await rejects(openKernel(request, { storage: { io: "f8" } }), {
    name: "RangeError",
    message: "No kda_prefill of io f8 is in this bundle: it has io f32 or f16",
  });
  await rejects(openKernel(request, { storage: { IO: "f16" } }), {
    name: "RangeError",
    message: /of IO f16/,
  });
  await rejects(openKernel(request, { storage: { io: "f16" } }, { features: [] }), {
    name: "RangeError",
    message: /^Cannot run kda_prefill on this device: .* it needs the feature shader-f16$/,
  });
});

Deno.test("a variant asked for by its id is the only one, with its storage types, on any device", async () => {
  const request = sampleRequest(["kda_prefill"]);
  const [{ id }] = (await openKernel(request)).family.variants;
  const foreign = { info: { vendor: "amd" } };
  const { kernel } = await openKernel(request, { variant: id }, foreign);
  const chosen = kernel.choose({ ...PREFILL, T: 5 });
  assertEquals([chosen.id, chosen.rung, chosen.buffers.q.dtype], [id, "other", "f16"]);
  await rejects(openKernel(request, { variant: "kda_prefill:tileV=7" }), {
    name: "RangeError",
    message: "No variant kda_prefill:tileV=7 is in this bundle",
  });
});

Deno.test("a variant of another vendor's device is not chosen, though nothing else is there", async () => {
  const { family, devices, device } = await openKernel(sampleRequest(["kda_decode"]), {}, {
    info: { vendor: "amd" },
  });
  const own = await describe(device, undefined);
  const tuned = { ...family, variants: family.variants.filter((variant) => variant.device !== undefined) };
  assertThrows(
    () => new Kernel(device, own, { name: "kda_decode", devices, family: tuned, code: {} }, {}),
    RangeError,
    "it was tuned for another vendor",
  );
});

Deno.test("choose() says which axis is wrong", async () => {
  const { kernel } = await openKernel(sampleRequest(["gqa_decode"]));
  const wrong = (axes: Record<string, number | undefined>, part: string) =>
    assertThrows(() => kernel.choose({ ...GQA, ...axes } as Record<string, number>), RangeError, part);
  assertEquals(kernel.choose(GQA).buffers.q.bytes, 32 * 128 * 4);
  wrong({ M: 3 }, "gqa_decode has no axis M: it has N, H, G, K, V, S, P");
  wrong({ toString: 3 }, "gqa_decode has no axis toString");
  wrong({ N: 0 }, "Axis N of gqa_decode (sequences) must be a whole number from 1 to 65535: it is 0");
  wrong({ N: 70000 }, "it is 70000");
  wrong({ S: 1.5 }, "it is 1.5");
  wrong({ S: NaN }, "it is NaN");
  wrong({ H: undefined }, "it is undefined");
  wrong({ K: 96 }, "is for K=128");
  // Eight KV heads can't share 33 heads.
  wrong({ H: 33 }, "No variant of gqa_decode in this bundle serves");
  const { P: _, ...rest } = GQA;
  assertEquals(kernel.choose(rest).id, kernel.choose(GQA).id);
});

Deno.test("choose() refuses a tensor that no binding holds, and a grid no device dispatches", async () => {
  const limits = { maxStorageBufferBindingSize: 2 ** 24 };
  const { kernel } = await openKernel(sampleRequest(["kda_decode"]), {}, { limits });
  assertEquals(kernel.choose(DECODE).buffers.state.bytes, 2 ** 24);
  assertThrows(
    () => kernel.choose({ ...DECODE, N: 9 }),
    RangeError,
    "state takes 18874368 bytes, and one binding holds 16777216; work on fewer at a time",
  );
  const few = await openKernel(sampleRequest(["mla_decode"]), { storage: { cacheElem: "f16" } }, {
    limits: { maxComputeWorkgroupsPerDimension: 4 },
  });
  assertThrows(
    () => few.kernel.choose({ N: 8, H: 32, S: 8192 }),
    RangeError,
    "workgroups, and the device dispatches 4",
  );
});
