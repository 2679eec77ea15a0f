// How a bundle's module knows its device: how near it is to a tuned one, what a variant lacks there, what is asked for.
import { rejects } from "node:assert/strict";
import { describe, refusal, requestDevice, rungOf } from "../../../exporters/wgsl/runtime/device.js";
import type { DeviceRecord } from "../../../profiles/schema.ts";
import { vendorName } from "../../../tuner/adapter_identity.ts";
import { assert, assertEquals } from "../../assert.ts";
import { SAMPLE_DEVICE } from "../sample_request.ts";
import { fakeDevice, type FakeOptions } from "./fake_device.ts";

const describing = (options: FakeOptions = {}) => describe(fakeDevice(options).device, undefined);

Deno.test("rungOf() knows the adapter by its name, as wgpu, Dawn and browsers tell it", async () => {
  const rung = async (info: Record<string, unknown>, known: Partial<DeviceRecord> = {}) =>
    rungOf({ ...SAMPLE_DEVICE, ...known }, await describing({ info }));
  assertEquals(await rung({}), 0);
  assertEquals(await rung({ vendor: "4318", device: "9008", description: "NVIDIA H100 80GB HBM3" }), 0);
  assertEquals(await rung({ device: "", description: "" }), 1);
  assertEquals(await rung({ device: "nvidia-h200" }), 1);
  assertEquals(await rung({ device: "nvidia-rtx-4090", architecture: "lovelace" }), 2);
  assertEquals(await rung({ device: "nvidia-rtx-4090", architecture: "" }), 2);
  assertEquals(await rung({ vendor: "amd", device: "", architecture: "rdna-3" }), undefined);
});

Deno.test("rungOf() keeps CPU adapters apart, and those that say nothing of themselves", async () => {
  const silent = { vendor: "", architecture: "", device: "", description: "" };
  assertEquals(rungOf({ ...SAMPLE_DEVICE, ...silent }, await describing({ info: silent })), undefined);
  assertEquals(rungOf(SAMPLE_DEVICE, await describing({ info: { isFallbackAdapter: true } })), undefined);
  const llvmpipe = { vendor: "65541", architecture: "", device: "0", description: "llvmpipe (LLVM 15.0.6)" };
  const own = await describing({ info: llvmpipe });
  assert(own.software);
  const known = { ...SAMPLE_DEVICE, vendor: "mesa", description: llvmpipe.description, software: true };
  assertEquals(rungOf(known, own), 0);
});

Deno.test("describe() asks whether the WGSL front end takes `enable subgroups;`", async () => {
  assertEquals((await describing({ naga: true })).naga, true);
  assertEquals((await describing({})).naga, false);
  assertEquals((await describing({ features: [] })).naga, undefined);
});

Deno.test("describe() asks once a device, and again for an adapter's info given later or where it failed", async () => {
  const { device } = fakeDevice({ info: { vendor: "", device: "", description: "" } });
  const first = describe(device, undefined);
  assertEquals(describe(device, undefined), first);
  assertEquals((await first).names, []);
  const sizes = { subgroupMinSize: 32, subgroupMaxSize: 32 };
  const info = { vendor: "nvidia", device: "nvidia-h100-80gb-hbm3", ...sizes } as unknown as GPUAdapterInfo;
  assertEquals((await describe(device, info)).names, ["nvidia-h100-80gb-hbm3"]);
  assertEquals((await describe(device, undefined)).vendor, "nvidia");
  const failing = fakeDevice();
  const { popErrorScope } = failing.device;
  failing.device.popErrorScope = () => Promise.reject(new Error("busy"));
  await rejects(describe(failing.device, undefined), { message: "busy" });
  failing.device.popErrorScope = popErrorScope;
  assertEquals((await describe(failing.device, undefined)).naga, false);
});

Deno.test("refusal() says what a variant lacks", async () => {
  const own = await describing({ limits: { maxComputeWorkgroupStorageSize: 16384 } });
  const requires = { features: [], limits: {} };
  const matrix = { componentType: "f16", resultComponentType: "f32", M: 16, N: 16, K: 16 };
  const cases: [Record<string, unknown>, string | undefined][] = [
    [{}, undefined],
    [{ features: ["subgroups", "shader-f16"], subgroupSize: { min: 32, max: 32 } }, undefined],
    [
      { features: ["chromium-experimental-subgroup-matrix"] },
      "it needs the feature chromium-experimental-subgroup-matrix",
    ],
    [
      { limits: { maxComputeWorkgroupStorageSize: 32768 } },
      "it needs maxComputeWorkgroupStorageSize of 32768, the device has 16384",
    ],
    [{ subgroupSize: { min: 64, max: 64 } }, "it counts on subgroups of 64 to 64, the device has 32 to 32"],
    [{ subgroupMatrices: [matrix] }, "it counts on matrices of 16x16x16"],
  ];
  for (const [changes, reason] of cases) {
    assertEquals(refusal({ requires: { ...requires, ...changes } }, own), reason);
  }
  assertEquals(
    refusal({ requires: { ...requires, subgroupMatrices: [matrix] } }, { ...own, matrices: [matrix] }),
    undefined,
  );
});

/** An adapter that grants `granted` and lists `listed`. */
function fakeAdapter(listed: readonly string[], granted = listed) {
  const asked: { requiredFeatures: string[]; requiredLimits: Record<string, number> }[] = [];
  const adapter = {
    features: new Set(listed),
    limits: { maxComputeWorkgroupStorageSize: 49152, maxBufferSize: 2 ** 40 },
    requestDevice(wanted: typeof asked[0]) {
      asked.push(wanted);
      const missing = wanted.requiredFeatures.find((name) => !granted.includes(name));
      return missing ? Promise.reject(new TypeError(`no ${missing}`)) : Promise.resolve(DEVICE);
    },
  };
  return { adapter: adapter as unknown as GPUAdapter, asked };
}

const DEVICE = { label: "a device" };

Deno.test("requestDevice() asks for every feature and limit kernels use, and for subgroups that are not listed", async () => {
  const silent = fakeAdapter(["shader-f16", "depth-clip-control"], ["shader-f16", "subgroups"]);
  assertEquals(await requestDevice(silent.adapter) as unknown, DEVICE);
  assertEquals(silent.asked.map(({ requiredFeatures }) => requiredFeatures), [["shader-f16", "subgroups"]]);
  assertEquals(silent.asked[0].requiredLimits.maxComputeWorkgroupStorageSize, 49152);
  const without = fakeAdapter(["shader-f16"]);
  await requestDevice(without.adapter);
  assertEquals(without.asked.map(({ requiredFeatures }) => requiredFeatures), [
    ["shader-f16", "subgroups"],
    ["shader-f16"],
  ]);
  const broken = fakeAdapter(["subgroups"], []);
  await rejects(requestDevice(broken.adapter), { message: "no subgroups" });
  assertEquals(broken.asked.length, 1);
});

Deno.test("describe() names vendors by their PCI numbers as profiles do", async () => {
  for (const id of ["4098", "4203", "4318", "5045", "5140", "6880", "20803", "32902", "65541"]) {
    const { vendor } = await describing({ info: { vendor: id } });
    assertEquals(vendor, vendorName(id));
    assert(!/\d/.test(vendor), `${id} has no name`);
  }
});
