// Covers the plans of kda_prefill's matrix formulation: what it asks of a device, its tiles, its scratch.
import { ok, strictEqual, throws } from "node:assert/strict";
import { completeAxes } from "../../kernels/core/axes.ts";
import type { Axes, Capabilities, SubgroupMatrix } from "../../kernels/core/family.ts";
import { fit } from "../../kernels/core/fit.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { kdaPrefill } from "../../kernels/kda_prefill/mod.ts";
import { MATRIX_DEVICE } from "../contracts/devices.ts";
import { scratchBytes } from "./kda_prefill_plans.ts";

const axes = completeAxes(kdaPrefill, {});
const matrix = initialConfig(kdaPrefill.space, "matrix");

const planOn = (change: Partial<Capabilities>, config = matrix, size: Axes = axes) =>
  kdaPrefill.plan(size, config, { ...MATRIX_DEVICE, ...change });

const shape = (M: number, N: number, K: number, resultComponentType = "f32"): SubgroupMatrix => ({
  componentType: "f16",
  resultComponentType,
  M,
  N,
  K,
});

Deno.test("kda_prefill's matrix form names the feature a device lacks", () => {
  for (const feature of ["shader-f16", "subgroups", "chromium-experimental-subgroup-matrix"]) {
    const features = MATRIX_DEVICE.features.filter((f) => f !== feature);
    throws(() => planOn({ features }), new RegExp(`the matrix formulation needs the feature ${feature},`));
  }
});

Deno.test("kda_prefill's matrix form wants subgroups of one size", () => {
  throws(() => planOn({ subgroupSize: { min: 8, max: 32 } }), /this device has 8 to 32/);
  throws(() => planOn({ subgroupSize: undefined }), RangeError);
});

Deno.test("kda_prefill's matrix form takes the largest square product from f16 into f32, 16 or 8 wide", () => {
  const tileOf = (subgroupMatrices: SubgroupMatrix[]) =>
    /const tile: u32 = (\d+)u;/.exec(planOn({ subgroupMatrices }).passes[0].code)?.[1];
  strictEqual(tileOf([shape(8, 8, 8), shape(16, 16, 16), shape(16, 8, 16)]), "16");
  strictEqual(tileOf([shape(8, 8, 8), shape(32, 32, 32)]), "8");
  for (const matrices of [[], [shape(16, 16, 16, "f16")], [shape(16, 8, 16)]]) {
    throws(() => tileOf(matrices), /needs products of 16x16x16 or 8x8x8 from f16 into f32/);
  }
});

Deno.test("kda_prefill's matrix form allows f16's error whatever q, k, v are stored in", () => {
  strictEqual(planOn({}).tolerance, 2e-3);
  strictEqual(planOn({}, { ...matrix, io: "f16" }).tolerance, 2e-3);
});

Deno.test("kda_prefill's matrix form gives every subgroup of the scan a tile of each product", () => {
  const config = { ...matrix, chunkSize: 64, tileV: 16, matrixSubgroups: 8 };
  fit(planOn({}, config), MATRIX_DEVICE);
  throws(
    () => planOn({}, config, { ...axes, K: 64 }),
    /8 subgroups share the 4 x 1 tiles of kl\^T Vn, at least one each/,
  );
});

const sizes = [32, 64].map((chunkSize) => ({ ...matrix, chunkSize, tileV: 32 }));

Deno.test("kda_prefill's matrix form keeps scratch under 512 MiB at any length", () => {
  for (const config of sizes) {
    const short = planOn({}, config);
    fit(short, MATRIX_DEVICE);
    const bytes = scratchBytes(short) / (axes.B * axes.T * axes.H);
    ok(bytes <= 1500, `${bytes} bytes a token and head`);
    const long = planOn({}, config, { ...axes, T: 1 << 20 });
    ok(scratchBytes(long) <= 512 * 2 ** 20);
  }
});

Deno.test("kda_prefill's matrix form has two passes, of which the scan writes o and the state", () => {
  for (const config of sizes) {
    const { passes } = planOn({}, config);
    const writersOf = (name: string) => {
      const writing = passes.filter((p) =>
        p.buffers.some((b) => b.name === name && b.access === "read_write")
      );
      return [...new Set(writing.map((p) => p.label))].join();
    };
    strictEqual(new Set(passes.map((pass) => pass.code)).size, 2);
    strictEqual(writersOf("o"), "scan");
    strictEqual(writersOf("state"), "scan");
  }
});

// Some compilers (Mesa 26) take a value rounded to f16 and widened again for the value itself, and a low half for zero.
Deno.test("kda_prefill's matrix form takes no low half from a value rounded to f16 and widened", () => {
  for (const { passes } of sizes.map((config) => planOn({}, config))) {
    ok(passes[0].code.includes("lowOf(score)"));
    ok(passes.every(({ code }) => !code.includes("- vec4<f32>(")));
  }
});
