// Covers the kda_prefill family without a GPU: its space, its reference, its refusals; kda_prefill_windows_test.ts has long inputs.
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { completeAxes } from "../../kernels/core/axes.ts";
import type { Axes } from "../../kernels/core/family.ts";
import { fit } from "../../kernels/core/fit.ts";
import { violations } from "../../kernels/core/space.ts";
import { enumerateConfigs } from "../../kernels/core/walk_space.ts";
import { formatVariant, parseConfig, splitVariant } from "../../kernels/core/variant_id.ts";
import { kdaPrefill } from "../../kernels/kda_prefill/mod.ts";
import { deviceWith, initial, recurrent } from "./kda_prefill_plans.ts";

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
