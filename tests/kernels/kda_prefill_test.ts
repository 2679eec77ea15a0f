// Covers the kda_prefill family without a GPU: its space, its reference, its plans' windows and limits, its refusals.
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { completeAxes } from "../../kernels/core/axes.ts";
import type { Axes, Capabilities, Plan } from "../../kernels/core/family.ts";
import { bindingBytes, bufferBytes, fit } from "../../kernels/core/fit.ts";
import { enumerateConfigs, initialConfig, violations } from "../../kernels/core/space.ts";
import { formatVariant, parseConfig, splitVariant } from "../../kernels/core/variant_id.ts";
import { kdaPrefill } from "../../kernels/kda_prefill/mod.ts";
import { DESKTOP_DEVICE } from "../contracts/devices.ts";

const GIB = 2 ** 30;

function deviceWith(limits: Partial<Capabilities["limits"]>, features = ["shader-f16"]): Capabilities {
  return {
    engine: "naga",
    features,
    limits: {
      ...DESKTOP_DEVICE.limits,
      maxStorageBuffersPerShaderStage: 8,
      maxStorageBufferBindingSize: 4 * GIB - 4,
      ...limits,
    },
  };
}

const initial = initialConfig(kdaPrefill.space);
const recurrent = initialConfig(kdaPrefill.space, "recurrent");
const scratchBytes = (plan: Plan) =>
  plan.buffers.filter((b) => b.role === "scratch").reduce((sum, b) => sum + bufferBytes(b), 0);
const param = (plan: Plan, pass: number, name: string) =>
  plan.passes[pass].params.find((p) => p.name === name)!.value;

/** First token a pass of 32 heads of 128 works on: its parameter, after the start of what it has bound. */
function firstToken(plan: Plan, pass: number): number {
  const offset = (name: string) => plan.passes[pass].buffers.find((b) => b.name === name)?.range?.offset;
  return param(plan, pass, "first") + (offset("beta") ?? (offset("v") ?? 0) / 128) / 32;
}

for (const bytes of [32768, 49152]) {
  Deno.test(`kda_prefill offers at least 200 variants in ${bytes} bytes of workgroup memory`, () => {
    const device = deviceWith({ maxComputeWorkgroupStorageSize: bytes });
    const axes = completeAxes(kdaPrefill, {});
    const configs = [...enumerateConfigs(kdaPrefill.space)];
    let fitting = 0;
    for (let i = 0; i < configs.length && fitting < 200; i += 7) {
      try {
        fit(kdaPrefill.plan(axes, configs[i], device), device);
        fitting++;
      } catch (error) {
        ok(error instanceof RangeError);
      }
    }
    strictEqual(fitting, 200);
  });
}

Deno.test("kda_prefill's initial variant fits the limits WebGPU guarantees", () => {
  const device = deviceWith({
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeInvocationsPerWorkgroup: 256,
    maxStorageBufferBindingSize: 2 ** 27,
    maxBufferSize: 2 ** 28,
  }, []);
  for (const K of [64, 128]) {
    for (const V of [64, 128]) {
      fit(kdaPrefill.plan(completeAxes(kdaPrefill, { K, V }), initial, device), device);
    }
  }
});

Deno.test("kda_prefill's variant ids are unique and read back as the config they name", () => {
  const configs = [...enumerateConfigs(kdaPrefill.space)];
  const ids = new Set(configs.map((c) => formatVariant("kda_prefill", c)));
  strictEqual(ids.size, configs.length);
  for (let i = 0; i < configs.length; i += 97) {
    const { family, assignments } = splitVariant(formatVariant("kda_prefill", configs[i]));
    deepStrictEqual(parseConfig(family, kdaPrefill.space, assignments), configs[i]);
  }
});

Deno.test("kda_prefill says why a tunable does not apply to a formulation", () => {
  deepStrictEqual(violations(kdaPrefill.space, { ...recurrent, chunkSize: 64 }), [
    "tunable chunkSize belongs to formulation chunked: the formulation is recurrent",
  ]);
  deepStrictEqual(violations(kdaPrefill.space, { ...initial, recurrentRows: 8 }), [
    "tunable recurrentRows belongs to formulation recurrent: the formulation is chunked",
  ]);
  deepStrictEqual(violations(kdaPrefill.space, { ...initial, scanRows: 2, scanSplit: 2 }), [
    "scanRows must be at least 2 * scanSplit: a thread finishes whole rows of the output",
  ]);
});

Deno.test("kda_prefill's reference agrees with two tokens worked out by hand", () => {
  const axes: Axes = { B: 1, T: 2, H: 1, K: 1, V: 1 };
  const row = (...values: number[]) => ({ shape: [1, 2, 1, 1], data: Float64Array.from(values) });
  // u1 = 0.5 * 2 = 1, S1 = 1, o1 = 3; then S' = 0.5, u2 = 3 - 0.5 * 2 = 2, S2 = 0.5 + 2 * 2 = 4.5, o2 = 4.5
  const { o, final_state } = kdaPrefill.reference(axes, {
    q: row(3, 1),
    k: row(1, 2),
    v: row(2, 3),
    g: row(0, Math.log(0.5)),
    beta: { shape: [1, 2, 1], data: Float64Array.of(0.5, 1) },
  }, { scale: 1 });
  deepStrictEqual([...o.data], [3, 4.5]);
  deepStrictEqual([...final_state.data], [4.5]);
});

Deno.test("kda_prefill's windows cover every token once, in whole chunks, within 512 MiB of scratch", () => {
  const device = deviceWith({});
  for (const T of [1, 63, 8192, 32768, 131072]) {
    for (const change of [{}, { chunkSize: 64 }, { elem: "f16", chunkSize: 16 }]) {
      const config = { ...initial, ...change };
      const plan = kdaPrefill.plan(completeAxes(kdaPrefill, { T }), config, device);
      let covered = 0;
      for (let i = 0; i < plan.passes.length; i += 2) {
        deepStrictEqual(plan.passes.slice(i, i + 2).map((p) => p.label), ["prepare", "scan"]);
        strictEqual(firstToken(plan, i), covered);
        strictEqual(firstToken(plan, i + 1), covered);
        covered += param(plan, i, "chunks") * config.chunkSize;
        strictEqual(plan.passes[i].code, plan.passes[0].code);
        strictEqual(plan.passes[i + 1].code, plan.passes[1].code);
      }
      strictEqual(covered, Math.ceil(T / config.chunkSize) * config.chunkSize);
      ok(scratchBytes(plan) <= 512 * 2 ** 20, `${scratchBytes(plan)} bytes at T=${T}`);
    }
  }
});

Deno.test("kda_prefill keeps each scratch buffer under the device's largest binding", () => {
  const device = deviceWith({ maxStorageBufferBindingSize: 2 ** 24 });
  const plan = kdaPrefill.plan(completeAxes(kdaPrefill, { T: 1000 }), initial, device);
  ok(plan.passes.length > 2);
  for (const buffer of plan.buffers.filter((b) => b.role === "scratch")) ok(bufferBytes(buffer) <= 2 ** 24);
});

Deno.test("kda_prefill refuses more heads than one chunk of scratch can hold", () => {
  throws(
    () => kdaPrefill.plan(completeAxes(kdaPrefill, { B: 4096, H: 1024 }), initial, deviceWith({})),
    /RangeError: Cannot run kda_prefill:.*one chunk of B \* H = 4194304 heads needs \d+ bytes of scratch/,
  );
});

Deno.test("kda_prefill splits a long recurrent run into dispatches of 16384 tokens", () => {
  const plan = kdaPrefill.plan(completeAxes(kdaPrefill, { T: 40000 }), recurrent, deviceWith({}));
  deepStrictEqual(plan.passes.map((_, i) => [firstToken(plan, i), param(plan, i, "last")]), [
    [0, 16384],
    [16384, 16384],
    [32768, 7232],
  ]);
});

Deno.test("kda_prefill binds the windows of one long sequence alone, and those of a batch whole", () => {
  const device = deviceWith({ maxStorageBufferBindingSize: 2 ** 24 });
  for (const config of [initial, recurrent]) {
    const long = kdaPrefill.plan(completeAxes(kdaPrefill, { T: 5000, H: 2 }), config, {
      ...device,
      limits: { ...device.limits, maxStorageBufferBindingSize: 2 ** 20 },
    });
    ok(long.passes.length > 2);
    for (const { buffers } of long.passes) {
      for (const { name, range } of buffers) {
        const spec = long.buffers.find((b) => b.name === name)!;
        ok(bindingBytes(spec, range) <= 2 ** 20, `${name} ${range?.length}`);
        strictEqual((range?.offset ?? 0) * 4 % 256, 0);
      }
    }
    const batch = kdaPrefill.plan(completeAxes(kdaPrefill, { B: 2, T: 40000, H: 2 }), config, deviceWith({}));
    ok(batch.passes.every((pass) => pass.buffers.every((b) => b.range === undefined)));
  }
});

Deno.test("kda_prefill reduces in subgroups only where they are wide enough", () => {
  const config = { ...recurrent, recurrentReduce: "subgroup" };
  const axes = completeAxes(kdaPrefill, {});
  throws(() => kdaPrefill.plan(axes, config, deviceWith({})), /needs the feature subgroups/);
  const narrow = { ...deviceWith({}, ["subgroups"]), subgroupSize: { min: 4, max: 4 } };
  throws(
    () => kdaPrefill.plan(axes, config, narrow),
    /shared by K \/ recurrentRows = 8 threads, which must divide this device's smallest subgroup of 4/,
  );
  const wide = { ...deviceWith({}, ["subgroups"]), subgroupSize: { min: 32, max: 32 } };
  deepStrictEqual(kdaPrefill.plan(axes, config, wide).passes[0].features, ["subgroups"]);
});

Deno.test("kda_prefill asks for shader-f16, and allows f16's error, only where f16 is stored", () => {
  const axes = completeAxes(kdaPrefill, {});
  const features = (change: object) =>
    kdaPrefill.plan(axes, { ...initial, ...change }, deviceWith({})).passes[0].features;
  deepStrictEqual(features({}), []);
  deepStrictEqual(features({ elem: "f16" }), ["shader-f16"]);
  deepStrictEqual(features({ io: "f16" }), ["shader-f16"]);
  strictEqual(kdaPrefill.plan(axes, initial, deviceWith({})).tolerance, 1e-5);
  strictEqual(kdaPrefill.plan(axes, { ...initial, io: "f16" }, deviceWith({})).tolerance, 2e-3);
});

Deno.test("kda_prefill refuses a decay above zero and names where it is", () => {
  const axes = { ...completeAxes(kdaPrefill, { T: 1, H: 1, K: 64, V: 64 }) };
  const inputs = kdaPrefill.inputsFor(axes, 2);
  kdaPrefill.checkInputs(axes, inputs);
  inputs.g.data[3] = 0.25;
  throws(() => kdaPrefill.checkInputs(axes, inputs), /RangeError: Tensor g holds 0.25 at element 3/);
});

Deno.test("kda_prefill reads its axes off the tensors and takes no initial state for zeros", () => {
  const axes = completeAxes(kdaPrefill, { B: 2, T: 3, H: 1, K: 64, V: 128 });
  const { initial_state: _, ...inputs } = kdaPrefill.inputsFor(axes, 2);
  deepStrictEqual(kdaPrefill.axesOf(inputs), axes);
});

Deno.test("kda_prefill's seeded inputs repeat, and odd seeds carry masks", () => {
  const axes = completeAxes(kdaPrefill, { T: 40, H: 1 });
  deepStrictEqual(kdaPrefill.inputsFor(axes, 5), kdaPrefill.inputsFor(axes, 5));
  ok(kdaPrefill.inputsFor(axes, 5).g.data.some((x: number) => x === -1000));
  ok(kdaPrefill.inputsFor(axes, 6).g.data.every((x: number) => x > -20 && x <= 0));
});
