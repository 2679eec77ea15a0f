// Covers how kda_prefill's plans divide long inputs: windows, buffers, segments, and what they refuse.
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { completeAxes } from "../../kernels/core/axes.ts";
import type { Axes, Plan } from "../../kernels/core/family.ts";
import { bufferBytes, fit } from "../../kernels/core/fit.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { kdaPrefill } from "../../kernels/kda_prefill/mod.ts";
import { MATRIX_DEVICE } from "../contracts/devices.ts";
import { deviceWith, GIB, initial, param, recurrent, scratchBytes } from "./kda_prefill_plans.ts";

/** First token a pass of one sequence works on: its parameter, after the first token of the buffers it binds. */
function firstToken(plan: Plan, pass: number, H = 32, V = 128): number {
  const bound = plan.passes[pass].buffers.find((b) => /^v\b/.test(b.name))?.name;
  const offset = plan.buffers.find((b) => b.name === bound)?.part?.offset ?? 0;
  return param(plan, pass, "first") + offset / (H * V);
}

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
  const { limits } = deviceWith({ maxStorageBufferBindingSize: 2 * GIB - 4, maxBufferSize: 4 * GIB });
  const device = { ...MATRIX_DEVICE, limits };
  const matrix = { ...initialConfig(kdaPrefill.space, "matrix"), io: "f16" };
  for (const config of [initial, recurrent, { ...recurrent, io: "f16" }, matrix]) {
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
