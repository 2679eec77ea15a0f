// mla_decode without a GPU: its space, its plans, its reference and the refusal of bad page tables.
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "deno-std/assert/mod.js";
import type { Capabilities, Tensors } from "../../kernels/core/family.ts";
import { bufferBytes, fit } from "../../kernels/core/fit.ts";
import { initialConfig, violations } from "../../kernels/core/space.ts";
import { enumerateConfigs } from "../../kernels/core/walk_space.ts";
import { mlaDecode } from "../../kernels/mla_decode/mod.ts";
import { LEAST_DEVICE, MATRIX_DEVICE } from "../contracts/devices.ts";
import { dimGroups, type MlaDecodeConfig, valueHeads } from "../../kernels/mla_decode/space.ts";

const initial = initialConfig(mlaDecode.space);
const device = (storage: number): Capabilities => ({
  engine: "naga",
  features: [],
  limits: {
    ...LEAST_DEVICE.limits,
    maxComputeWorkgroupStorageSize: storage,
    maxStorageBufferBindingSize: 2 ** 31 - 4,
    maxBufferSize: 2 ** 32,
  },
});
const axes = { N: 3, H: 5, S: 200, P: 12 };
const config = (change: Partial<MlaDecodeConfig>): MlaDecodeConfig => ({ ...initial, ...change });

/** One head, two tokens in pages 1 and 0 of a pool of three: weights 3/4 and 1/4. */
function handCase(): { axes: Record<string, number>; inputs: Tensors } {
  const q = new Float32Array(576);
  q[575] = 1;
  const cache = new Float32Array(3 * 64 * 576);
  const row = (page: number, token: number) => (page * 64 + token) * 576;
  for (let token = 0; token < 64; token++) cache[row(1, token) + 575] = -1e4;
  cache[row(1, 0) + 575] = Math.log(3);
  cache[row(1, 0)] = 4;
  cache[row(0, 0) + 511] = 8;
  return {
    axes: { N: 1, H: 1, S: 128, P: 3 },
    inputs: {
      q: { shape: [1, 1, 576], data: q },
      cache: { shape: [3, 64, 576], data: cache },
      block_table: { shape: [1, 2], data: Int32Array.of(1, 0) },
      cache_seqlens: { shape: [1], data: Int32Array.of(65) },
    },
  };
}

Deno.test("mlaDecode.space: every legal fma config cuts keys, heads and dims evenly", () => {
  let count = 0;
  for (const c of enumerateConfigs(mlaDecode.space)) {
    if (c.formulation !== "fma") continue;
    count++;
    assert(Number.isInteger(dimGroups(c)) && 72 % dimGroups(c) === 0);
    assert(Number.isInteger(valueHeads(c) / 4));
  }
  assert(count >= 50, `${count} variants`);
});

Deno.test("mlaDecode.space: tunables have words, constraints say what they forbid", () => {
  for (const [name, tunable] of Object.entries(mlaDecode.space.tunables)) {
    assert(tunable.doc.length > 10, name);
    if (typeof tunable.initial === "number") assert(tunable.unit, `${name} has a unit`);
  }
  const broken = (change: Partial<MlaDecodeConfig>, formulation = "fma") =>
    violations(mlaDecode.space, { ...initialConfig(mlaDecode.space, formulation), ...change }).join("; ");
  assertEquals(broken({}), "");
  assert(broken({ headsPerGroup: 8, headsPerThread: 8, keysPerThread: 8 }).includes("1 to 8 dim groups"));
  assert(broken({ threads: 512 }).includes("from 4 to 16 heads a thread sums values of"));
  assert(broken({ dimParts: 2 }, "matrix").includes("4 to 16 subgroups"));
});

Deno.test("mlaDecode.plan: two passes over shared scratch, one pass where splits is 1", () => {
  const merged = mlaDecode.plan(axes, config({ splits: 8 }), device(32768));
  assertEquals(merged.passes.map((p) => p.label), ["split", "merge"]);
  assertEquals(merged.passes[0].workgroups, [7, 1, 3], "200 rows are 7 tiles of 32");
  assertEquals(merged.passes[1].workgroups, [8, 5, 3]);
  assertEquals(merged.buffers.find((b) => b.name === "partial_o")?.length, 3 * 5 * 7 * 512);
  assertEquals(merged.buffers.find((b) => b.name === "cache")?.length, 12 * 64 * 576);
  const shareType = (cacheElem: string, formulation = "fma") => {
    const c = { ...initialConfig(mlaDecode.space, formulation), splits: 8, cacheElem };
    return mlaDecode.plan(axes, c, MATRIX_DEVICE).buffers.find((b) => b.name === "partial_o")?.dtype;
  };
  assertEquals([shareType("f32"), shareType("f16"), shareType("f16", "matrix")], ["f32", "f16", "f16"]);
  const single = mlaDecode.plan(axes, config({ splits: 1 }), device(32768));
  assertEquals(single.passes.map((p) => p.label), ["split"]);
  assertEquals(single.buffers.filter((b) => b.role === "scratch"), []);
  assertEquals(single.passes[0].buffers.filter((b) => b.access === "read_write").map((b) => b.name), [
    "o",
    "lse",
  ]);
});

Deno.test("mlaDecode.plan: splits are fewer where their partial answers would exceed 16 MiB", () => {
  const scratch = (N: number, cacheElem = "f32") => {
    const asked = config({ splits: 255, cacheElem });
    const plan = mlaDecode.plan({ N, H: 32, S: 65536, P: 1024 }, asked, device(32768));
    const bytes = plan.buffers.filter((b) => b.role === "scratch").reduce(
      (sum, b) => sum + bufferBytes(b),
      0,
    );
    return [plan.passes[0].workgroups[0], bytes <= 16 << 20];
  };
  assertEquals(scratch(1), [255, true]);
  assertEquals(scratch(8), [31, true]);
  assertEquals(scratch(8, "f16"), [63, true]);
  assertEquals(scratch(300), [1, true]);
});

Deno.test("mlaDecode.plan: a cache no buffer holds lies in up to four, whole pages each", () => {
  const parts = (pages: number, P: number) => {
    const limits = { ...device(32768).limits, maxStorageBufferBindingSize: pages * 64 * 576 * 4 + 100 };
    const plan = mlaDecode.plan({ N: 1, H: 5, S: 200, P }, initial, { ...device(32768), limits });
    const { params, buffers } = plan.passes[0];
    return {
      pages: plan.buffers.filter((b) => b.from === "cache").map((b) => [b.name, b.length / (64 * 576)]),
      perBuffer: params.find((p) => p.name === "bufferPages")?.value,
      bound: buffers.map((b) => b.name).filter((name) =>
        name.startsWith("cache") && name !== "cache_seqlens"
      ),
    };
  };
  assertEquals(parts(4, 4), { pages: [["cache", 4]], perBuffer: 4, bound: ["cache"] });
  assertEquals(parts(4, 7), {
    pages: [["cache.0", 4], ["cache.1", 3]],
    perBuffer: 4,
    bound: ["cache.0", "cache.1"],
  });
  assertEquals(parts(3, 7), {
    pages: [["cache.0", 3], ["cache.1", 3], ["cache.2", 1]],
    perBuffer: 3,
    bound: ["cache.0", "cache.1", "cache.2", "cache.2"],
  });
  assertEquals(parts(2, 7).pages.length, 4);
  assertThrows(
    () => parts(1, 7),
    RangeError,
    "a cache of 7 pages takes 1032192 bytes, more than four buffers of 147556 bytes hold",
  );
});

Deno.test("mlaDecode.plan: storage type and formulation set the tolerance; fma needs no shader-f16", () => {
  const half = mlaDecode.plan(axes, config({ cacheElem: "f16" }), device(32768));
  assertEquals([half.tolerance, half.passes[0].features], [2e-3, []]);
  assertEquals(half.buffers.find((b) => b.name === "cache")?.dtype, "f16");
  assertEquals(mlaDecode.plan(axes, config({ cacheElem: "f32" }), device(32768)).tolerance, 1e-5);
  const matrix = mlaDecode.plan(axes, initialConfig(mlaDecode.space, "matrix"), MATRIX_DEVICE);
  assertEquals([matrix.tolerance, matrix.buffers.find((b) => b.name === "cache")?.dtype], [2e-3, "f32"]);
});

Deno.test("mlaDecode.plan: the initial config fits WebGPU's default limits", () => {
  fit(mlaDecode.plan(axes, initial, device(16384)), device(16384));
});

Deno.test("mlaDecode.plan: at least 50 variants fit 32 KiB and 48 KiB of workgroup memory", () => {
  for (const storage of [32768, 49152]) {
    let fitting = 0;
    let at = 0;
    for (const c of enumerateConfigs(mlaDecode.space)) {
      if (at++ % 17 !== 0 || c.formulation !== "fma") continue;
      try {
        fit(mlaDecode.plan(axes, c, device(storage)), device(storage));
        fitting++;
      } catch (error) {
        assert(error instanceof RangeError, String(error));
      }
    }
    assert(fitting >= 50, `${fitting} of a sample fit ${storage} bytes`);
  }
});

Deno.test("mlaDecode.plan: matrices take the largest listed shape that cuts the tile, and refuse where none does", () => {
  const matrix = (change: Partial<MlaDecodeConfig>, device: Capabilities = MATRIX_DEVICE) =>
    mlaDecode.plan(axes, { ...initialConfig(mlaDecode.space, "matrix"), ...change }, device).passes[0].code;
  const listed = (...shapes: [number, number, number][]): Capabilities => ({
    ...MATRIX_DEVICE,
    subgroupMatrices: shapes.map(([M, N, K]) => ({
      componentType: "f16",
      resultComponentType: "f32",
      M,
      N,
      K,
    })),
  });
  const shapeOf = (code: string) =>
    ["M", "N", "K"].map((side) => Number(new RegExp(`const matrix${side}: u32 = (\\d+)u`).exec(code)?.[1]));
  const both = listed([16, 8, 16], [16, 16, 16]);
  assertEquals(shapeOf(matrix({}, both)), [16, 16, 16]);
  assertEquals(shapeOf(matrix({ keyParts: 2 }, both)), [16, 8, 16]);
  assertThrows(() => matrix({}, listed()), RangeError, "which this device does not list");
  assertThrows(() => matrix({ keyParts: 2 }, listed([16, 16, 16])), RangeError, "16 heads and 8 keys evenly");
  assertThrows(
    () => matrix({}, { ...MATRIX_DEVICE, subgroupSize: { min: 16, max: 32 } }),
    RangeError,
    "needs subgroups of one size, and this device has 16 to 32",
  );
  assertThrows(
    () => matrix({}, { ...MATRIX_DEVICE, subgroupSize: { min: 2, max: 2 } }),
    RangeError,
    "must be at least the 32 threads of matrixHeads * matrixKeys / 8, current value is 8",
  );
});

Deno.test("mlaDecode.reference: two tokens of two pages by hand", () => {
  const { axes, inputs } = handCase();
  const { o, lse } = mlaDecode.reference(axes, inputs, { scale: 1 });
  assertAlmostEquals(o.data[0], 3, 1e-6);
  assertAlmostEquals(o.data[511], 2, 1e-6);
  assertAlmostEquals(lse.data[0], Math.log(4), 1e-6);
});

Deno.test("mlaDecode.reference: an empty sequence gives 0 and a finite lse", () => {
  const { axes, inputs } = handCase();
  const empty = { ...inputs, cache_seqlens: { shape: [1], data: Int32Array.of(0) } };
  const { o, lse } = mlaDecode.reference(axes, empty);
  assert(o.data.every((x: number) => x === 0));
  assertEquals(lse.data[0], Math.fround(-1e30));
});

Deno.test("mlaDecode.checkInputs: names the tensor, the element, the value and what is legal", () => {
  const { axes, inputs } = handCase();
  mlaDecode.checkInputs(axes, inputs);
  const lengths = (n: number) => ({ ...inputs, cache_seqlens: { shape: [1], data: Int32Array.of(n) } });
  assertThrows(
    () => mlaDecode.checkInputs(axes, lengths(129)),
    RangeError,
    "cache_seqlens holds 129 at element 0: it must be from 0 to 128",
  );
  assertThrows(() => mlaDecode.checkInputs(axes, lengths(-1)), RangeError, "cache_seqlens holds -1");
  const table = (page: number) => ({ block_table: { shape: [1, 2], data: Int32Array.of(1, page) } });
  assertThrows(
    () => mlaDecode.checkInputs(axes, { ...inputs, ...table(3) }),
    RangeError,
    "block_table holds 3 at element [0, 1]: it must be from 0 to 2",
  );
  mlaDecode.checkInputs(axes, { ...lengths(64), ...table(-7) }); // beyond the end: not in use
});

Deno.test("mlaDecode.axesOf: reads the sizes off inputsFor(), the capacity in whole pages", () => {
  assertEquals(mlaDecode.axesOf(mlaDecode.inputsFor(axes, 1)), { N: 3, H: 5, S: 256, P: 12 });
  const wrong = { ...mlaDecode.inputsFor(axes, 1), q: { shape: [3, 5, 512], data: new Float32Array(7680) } };
  assertThrows(() => mlaDecode.axesOf(wrong), TypeError, "Tensor q has shape [3, 5, 512]");
});

Deno.test("mlaDecode.inputsFor: legal, seeded, with a shuffled table and a sequence that ends with its page", () => {
  const a = mlaDecode.inputsFor(axes, 1);
  mlaDecode.checkInputs(axes, a);
  assertEquals(a, mlaDecode.inputsFor(axes, 1));
  assertEquals([...a.cache_seqlens.data], [200, 128, 67]);
  assert(a.block_table.data.some((page, i) => page !== i));
});

Deno.test("mlaDecode.indicesFor: the same table, and sequences as long as the axes say, as work() counts them", () => {
  assertEquals(mlaDecode.indicesFor?.(axes, 1), {
    block_table: mlaDecode.inputsFor(axes, 1).block_table,
    cache_seqlens: { shape: [3], data: Int32Array.of(200, 200, 200) },
  });
  assertEquals(mlaDecode.work({ N: 3, H: 1, S: 200, P: 0 }, config({})).flops, 2 * 1088 * 600);
});

Deno.test("mlaDecode.work: 2 H 1088 flops and one row read per token", () => {
  const at = { N: 1, H: 32, S: 1000, P: 0 };
  const { flops, bytes } = mlaDecode.work(at, config({ cacheElem: "f16" }));
  assertEquals(flops, 2 * 32 * 1088 * 1000);
  assertEquals(bytes, 1000 * 1152 + 4 * 32 * 1089);
});
