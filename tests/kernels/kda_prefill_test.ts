// Covers the kda_prefill family without a GPU: its space, its reference, its plans' windows and limits, its refusals.
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { completeAxes } from "../../kernels/core/axes.ts";
import type { Axes, Capabilities, Plan } from "../../kernels/core/family.ts";
import { bufferBytes, fit } from "../../kernels/core/fit.ts";
import { enumerateConfigs, initialConfig, violations } from "../../kernels/core/space.ts";
import { formatVariant, parseConfig, splitVariant } from "../../kernels/core/variant_id.ts";
import { kdaPrefill } from "../../kernels/kda_prefill/mod.ts";
import { DESKTOP_DEVICE } from "../contracts/devices.ts";

const GIB = 2 ** 30;

function deviceWith(
  limits: Partial<Capabilities["limits"]>,
  features = ["shader-f16", "subgroups"],
): Capabilities {
  return {
    engine: "naga",
    features,
    subgroupSize: { min: 32, max: 32 },
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

/** First token a pass of one sequence works on: its parameter, after the first token of the buffers it binds. */
function firstToken(plan: Plan, pass: number, H = 32, V = 128): number {
  const bound = plan.passes[pass].buffers.find((b) => /^v\b/.test(b.name))?.name;
  const offset = plan.buffers.find((b) => b.name === bound)?.part?.offset ?? 0;
  return param(plan, pass, "first") + offset / (H * V);
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
    "tunable chunkSize belongs to formulation chunked, matrix: the formulation is recurrent",
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
        strictEqual(param(plan, i, "first"), covered);
        strictEqual(firstToken(plan, i + 1), covered);
        covered = param(plan, i, "last");
        ok(covered === T || (covered - param(plan, i, "first")) % config.chunkSize === 0);
        strictEqual(plan.passes[i].code, plan.passes[0].code);
        strictEqual(plan.passes[i + 1].code, plan.passes[1].code);
      }
      strictEqual(covered, T);
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
    () =>
      kdaPrefill.plan(
        completeAxes(kdaPrefill, { H: 1024 }),
        initial,
        deviceWith({ maxStorageBufferBindingSize: 2 ** 24 }),
      ),
    /RangeError: Cannot run kda_prefill:.*one chunk of B \* H = 1024 heads needs \d+ bytes of scratch/,
  );
});

Deno.test("kda_prefill refuses a call of more windows than could be planned in reasonable time", () => {
  throws(
    () => kdaPrefill.plan(completeAxes(kdaPrefill, { B: 4096, H: 1024 }), initial, deviceWith({})),
    /RangeError: Cannot run kda_prefill:.*windows of at most \d+ tokens make \d+ of them, above 8192/,
  );
});

Deno.test("kda_prefill splits a long recurrent run into short dispatches, shorter where heads are many", () => {
  const windows = (axes: Axes) =>
    kdaPrefill.plan(completeAxes(kdaPrefill, axes), recurrent, deviceWith({})).windows;
  deepStrictEqual(windows({ T: 40000, H: 4 }), [
    { first: 0, count: 13334 },
    { first: 13334, count: 13334 },
    { first: 26668, count: 13332 },
  ]);
  deepStrictEqual(windows({ T: 16384, H: 32 }), [{ first: 0, count: 8192 }, { first: 8192, count: 8192 }]);
  deepStrictEqual(windows({ B: 2, T: 10, H: 32 }), [{ first: 0, count: 10 }]);
});

Deno.test("kda_prefill's windows are as long as the caller says, be it a multiple of nothing", () => {
  for (const config of [initial, recurrent]) {
    const axes = completeAxes(kdaPrefill, { T: 100 });
    const plan = kdaPrefill.plan(axes, config, deviceWith({}), { windowTokens: 37 });
    deepStrictEqual(plan.windows, [{ first: 0, count: 37 }, { first: 37, count: 37 }, {
      first: 74,
      count: 26,
    }]);
    deepStrictEqual(kdaPrefill.plan(axes, config, deviceWith({}), { windowTokens: 4000 }).windows?.length, 1);
  }
});

/** Every element of every host tensor is in one buffer. */
function checkParts(plan: Plan, limit: number) {
  const held = new Map<string, number>();
  for (const spec of plan.buffers) {
    ok(bufferBytes(spec) <= limit, `${spec.name} has ${bufferBytes(spec)} bytes`);
    const tensor = spec.from ?? spec.to;
    if (tensor === undefined) continue;
    strictEqual(spec.part?.offset ?? 0, held.get(tensor) ?? 0, spec.name);
    held.set(tensor, (held.get(tensor) ?? 0) + spec.length);
  }
  for (const { from, to, part, length } of plan.buffers) {
    const tensor = from ?? to;
    if (tensor !== undefined) strictEqual(held.get(tensor), part?.of ?? length, tensor);
  }
}

Deno.test("kda_prefill cuts tensors above the largest binding along T, and scratch stays bounded at 1M tokens", () => {
  const device = deviceWith({ maxStorageBufferBindingSize: 2 * GIB - 4, maxBufferSize: 4 * GIB });
  for (const config of [initial, recurrent, { ...recurrent, io: "f16" }]) {
    const plan = fit(kdaPrefill.plan(completeAxes(kdaPrefill, { T: 2 ** 20 }), config, device), device);
    checkParts(plan, 2 * GIB - 4);
    strictEqual(plan.buffers.filter((b) => b.from === "g").length, 9);
    ok(scratchBytes(plan) <= 512 * 2 ** 20);
    let covered = 0;
    for (const { first, count } of plan.windows!) {
      strictEqual(first, covered);
      covered += count;
    }
    strictEqual(covered, 2 ** 20);
    plan.passes.forEach((pass, i) => {
      const { first } = plan.windows![Math.floor(i * plan.windows!.length / plan.passes.length)];
      if (pass.label !== "prepare") strictEqual(firstToken(plan, i), first);
      ok(pass.workgroups.every((count) => count <= 65535));
    });
  }
});

Deno.test("kda_prefill keeps the sequences of a batch apart where their tensors exceed a binding together", () => {
  const device = deviceWith({ maxStorageBufferBindingSize: 2 ** 24, maxBufferSize: 2 ** 24 });
  const axes = completeAxes(kdaPrefill, { B: 5, T: 1000, H: 8 });
  for (const config of [initial, recurrent]) {
    const plan = fit(kdaPrefill.plan(axes, config, device), device);
    checkParts(plan, 2 ** 24);
    deepStrictEqual(plan.buffers.filter((b) => b.from === "q").map((b) => b.name), ["q.0", "q.1"]);
    deepStrictEqual(plan.buffers.filter((b) => b.role === "state").map((b) => b.length / (8 * 128 * 128)), [
      3,
      2,
    ]);
  }
  const whole = kdaPrefill.plan(axes, initial, deviceWith({}));
  ok(whole.buffers.every((b) => b.part === undefined));
});

Deno.test("kda_prefill runs token after token only where subgroups are wide enough", () => {
  const axes = completeAxes(kdaPrefill, {});
  const config = { ...recurrent, recurrentRows: 16 };
  throws(() => kdaPrefill.plan(axes, config, deviceWith({}, ["shader-f16"])), /needs the feature subgroups/);
  throws(
    () => kdaPrefill.plan(axes, config, { ...deviceWith({}), subgroupSize: { min: 4, max: 4 } }),
    /shared by K \/ recurrentRows = 8 threads, which must divide this device's smallest subgroup of 4/,
  );
  deepStrictEqual(kdaPrefill.plan(axes, config, deviceWith({})).passes[0].features, ["subgroups"]);
});

Deno.test("kda_prefill's segments are whole batches of a window, with scratch for a map each", () => {
  const config = { ...recurrent, segments: 8 };
  const states = (plan: Plan) => plan.buffers.find((b) => b.name === "starts")!.length / (128 * 128);
  const planOf = (axes: Axes) => {
    const device = deviceWith({});
    return fit(kdaPrefill.plan(completeAxes(kdaPrefill, axes), config, device), device);
  };
  const plan = planOf({ T: 1000, H: 2 });
  deepStrictEqual(plan.passes.map((p) => [p.label, ...p.workgroups]), [
    ["map", 256 / recurrent.tileV, 2, 8],
    ["combine", 32, 2, 1],
    ["recurrent", 128 / recurrent.tileV, 2, 8],
  ]);
  strictEqual(param(plan, 0, "segment"), 128);
  strictEqual(states(plan), 16);
  strictEqual(states(planOf({ T: 20, H: 2 })), 3 * 2); // the last of batches of 8 is short
  deepStrictEqual(planOf({ T: 8 }).passes.map((p) => p.label), ["recurrent"]);
  ok(scratchBytes(planOf({ T: 2 ** 20 })) <= 512 * 2 ** 20);
  throws(() => planOf({ B: 16, T: 1024, H: 32 }), /maps of 4096 segments of heads need \d+ bytes of scratch/);
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
