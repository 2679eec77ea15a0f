// Covers gdn_prefill and gdn_decode without a GPU: one gate a head in their tensors, their reference and their plans.
import { completeAxes } from "../../kernels/core/axes.ts";
import type { Plan, Tensor, Tensors } from "../../kernels/core/family.ts";
import { fit } from "../../kernels/core/fit.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { gdnDecode } from "../../kernels/gdn_decode/mod.ts";
import { gdnPrefill } from "../../kernels/gdn_prefill/mod.ts";
import { kdaDecode } from "../../kernels/kda_decode/mod.ts";
import { kdaPrefill } from "../../kernels/kda_prefill/mod.ts";
import { loadCase } from "../../cli/run_case.ts";
import { errorRatio } from "../../kernels/core/error_ratio.ts";
import { SUITES } from "../../tuner/workloads.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { LEAST_DEVICE, MATRIX_DEVICE } from "../contracts/devices.ts";

/** Inputs of KDA whose channels all have their head's gate. */
function withChannelGates({ g, ...others }: Tensors, K: number): Tensors {
  const data = Float32Array.from({ length: g.data.length * K }, (_, i) => g.data[Math.floor(i / K)]);
  const repeated: Tensor = { shape: [...g.shape, K], data };
  return { ...others, g: repeated };
}

Deno.test("gdn's references are KDA's with a head's gate in every channel", () => {
  const prefill = completeAxes(gdnPrefill, { B: 2, T: 21, H: 2, K: 64, V: 64 });
  const decode = completeAxes(gdnDecode, { N: 3, H: 2, K: 64, V: 64 });
  for (
    const [gdn, kda, axes] of [[gdnPrefill, kdaPrefill, prefill], [gdnDecode, kdaDecode, decode]] as const
  ) {
    for (const regime of [undefined, ...Object.keys(gdn.regimes!)]) {
      const inputs = gdn.inputsFor(axes, 3, regime);
      const repeated = withChannelGates(inputs, axes.K);
      assertEquals(kda.axesOf(repeated), axes);
      assertEquals(gdn.reference(axes, inputs), kda.reference(axes, repeated));
    }
  }
});

Deno.test("gdn_prefill's reference agrees with a case made elsewhere", async () => {
  const path = new URL("../fixtures/gdn_b1_t90_h1_d64.safetensors", import.meta.url).pathname;
  const { axes, inputs, scalars, expected, ignored, storage } = await loadCase(gdnPrefill, path);
  assertEquals([axes, ignored, storage], [{ B: 1, T: 90, H: 1, K: 64, V: 64 }, [], {}]);
  const found = gdnPrefill.reference(axes, inputs, scalars);
  for (const name of ["o", "final_state"]) {
    assert(errorRatio(expected[name].data, found[name].data) < 1e-6, name);
  }
  // A file of KDA has a gate for each channel, and is refused by name.
  const channels = withChannelGates(inputs, axes.K);
  assertThrows(() => gdnPrefill.axesOf(channels), TypeError, "Tensor g has shape [1, 90, 1, 64]");
});

Deno.test("gdn's odd seeds mask heads' gates, even ones none, and a strong head has stronger gates than the first", () => {
  const axes = completeAxes(gdnPrefill, { T: 400, H: 2, K: 64, V: 64 });
  const gates = (seed: number, regime?: string) => gdnPrefill.inputsFor(axes, seed, regime).g;
  assertEquals(gates(1).shape, [1, 400, 2]);
  const masked = gates(1).data.filter((x: number) => x === -1000).length;
  assert(masked >= 5 && masked <= 80, `${masked} of 800`);
  assert(gates(2).data.every((x: number) => x > -20 && x <= 0));
  const sumOf = (head: number) => {
    let sum = 0;
    gates(2, "strong").data.forEach((x: number, i: number) => sum += i % 2 === head ? x : 0);
    return sum;
  };
  assert(sumOf(1) < 1.5 * sumOf(0));
});

const gatesIn = ({ buffers }: Plan) => buffers.filter((b) => b.from === "g").map((b) => b.length);

Deno.test("gdn binds one gate a token and head, and is planned otherwise as KDA is", () => {
  const axes = completeAxes(gdnPrefill, { B: 2, T: 1000 });
  for (const formulation of ["chunked", "recurrent", "matrix"]) {
    const config = initialConfig(gdnPrefill.space, formulation);
    const plan = gdnPrefill.plan(axes, config, MATRIX_DEVICE);
    const kda = kdaPrefill.plan(axes, config, MATRIX_DEVICE);
    assertEquals(gatesIn(plan), [2 * 1000 * axes.H]);
    assertEquals(plan.windows, kda.windows);
    assertEquals(plan.buffers.filter((b) => b.from !== "g"), kda.buffers.filter((b) => b.from !== "g"));
    assertEquals(plan.passes.map((p) => [p.label, p.buffers]), kda.passes.map((p) => [p.label, p.buffers]));
    const scans = [plan, kda].map(({ passes }) => passes.find((p) => p.label === "scan")?.code);
    assertEquals(scans[0], scans[1]);
  }
});

Deno.test("gdn_decode's windows cut the gates where they cut the heads", () => {
  const axes = { N: 30, H: 5, K: 64, V: 64 };
  const limits = { ...MATRIX_DEVICE.limits, maxStorageBufferBindingSize: 65 * 64 * 64 * 4 };
  const plan = gdnDecode.plan(axes, initialConfig(gdnDecode.space), { ...MATRIX_DEVICE, limits });
  assertEquals(gatesIn(plan), [150]);
  assertEquals(plan.passes.map((pass) => pass.buffers.find((b) => b.name === "g")!.range), [
    { offset: 0, length: 64 },
    { offset: 64, length: 64 },
    { offset: 128, length: 22 },
  ]);
});

Deno.test("gdn's initial variants fit the limits WebGPU guarantees", () => {
  for (const family of [gdnDecode, gdnPrefill]) {
    fit(
      family.plan(completeAxes(family, {}), initialConfig<never>(family.space), LEAST_DEVICE),
      LEAST_DEVICE,
    );
  }
});

Deno.test("gdn_prefill's matrix form stages half of K, in less workgroup memory than KDA's levels take", () => {
  const config = { ...initialConfig(gdnPrefill.space, "matrix"), chunkSize: 64 };
  const axes = completeAxes(gdnPrefill, {});
  const bytes = (family: typeof gdnPrefill) =>
    family.plan(axes, config, MATRIX_DEVICE).passes.find((p) => p.label === "prepare")!.workgroupBytes;
  assertEquals([bytes(gdnPrefill), bytes(kdaPrefill)], [40704, 47616]);
});

Deno.test("gdn's messages name the family", () => {
  const deaf = { ...MATRIX_DEVICE, features: [], subgroupSize: undefined };
  const decode = { ...initialConfig(gdnDecode.space), reduce: "mixed" as const };
  assertThrows(
    () => gdnDecode.plan(completeAxes(gdnDecode, {}), decode, deaf),
    RangeError,
    "Cannot plan gdn_decode: reduce=mixed needs",
  );
  const recurrent = initialConfig(gdnPrefill.space, "recurrent");
  assertThrows(
    () => gdnPrefill.plan(completeAxes(gdnPrefill, {}), recurrent, deaf),
    RangeError,
    "Cannot run gdn_prefill:formulation=recurrent",
  );
});

Deno.test("the suite compare has every size for KDA and for Gated DeltaNet", () => {
  const sizesOf = (model: string) =>
    SUITES.compare.filter((w) => w.family.startsWith(model))
      .map(({ family, axes, storage }) => [family.slice(model.length), axes, storage]);
  assert(sizesOf("gdn").length > 0);
  assertEquals(sizesOf("gdn"), sizesOf("kda"));
});
