// mla_prefill without a GPU: windows and ranges at every length, its plans, its reference, the refusal of bad shapes.
import type { Axes, Capabilities, Limits, Tensors } from "../../kernels/core/family.ts";
import { bindingBytes, fit } from "../../kernels/core/fit.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { mlaPrefill } from "../../kernels/mla_prefill/mod.ts";
import type { MlaPrefillConfig } from "../../kernels/mla_prefill/space.ts";
import { flopsPerPair, type Window, windowsOf } from "../../kernels/mla_prefill/windows.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { DESKTOP_DEVICE, MATRIX_DEVICE } from "../contracts/devices.ts";

const initial = initialConfig(mlaPrefill.space);
const matrix = initialConfig(mlaPrefill.space, "matrix");
const config = (change: Partial<MlaPrefillConfig>): MlaPrefillConfig => ({ ...initial, ...change });
const MLA: Axes = { B: 1, T: 16384, H: 32, G: 32, K: 192, V: 128, C: 0 };
const limits: Limits = { ...DESKTOP_DEVICE.limits, maxBufferSize: 2 ** 40 };
const large: Capabilities = { ...DESKTOP_DEVICE, limits };

/** Pairs of a query of the window and a key of its range, whether or not the query sees the key. */
const rectangle = (window: Window) => window.rows * window.keys;

const LENGTHS: readonly Axes[] = [
  { T: 1 },
  { T: 63 },
  { T: 1, C: 1 << 20 },
  { T: 4096, C: 262144 },
  { T: 16384 },
  { T: 100003, H: 4, G: 1 },
  { T: 1 << 20 },
  { T: 1000, C: 3000, B: 3 },
];

for (const change of LENGTHS) {
  for (const dispatchGflop of [128, 4096]) {
    const axes = { ...MLA, ...change };
    const name = `${JSON.stringify(change)} at ${dispatchGflop} GFLOP`;

    Deno.test(`windowsOf() meets every query and every key it sees once, in order: ${name}`, () => {
      const windows = windowsOf(axes, config({ dispatchGflop }), limits);
      let token = 0;
      let key = 0;
      for (const window of windows) {
        assertEquals([window.first, window.firstKey], [token, key]);
        assertEquals(window.isFirst, key === 0);
        assert(window.first % 64 === 0 && window.firstKey % 64 === 0);
        key += window.keys;
        assertEquals(window.isLast, key === axes.C + token + window.rows);
        if (window.isLast) {
          token += window.rows;
          key = 0;
        }
      }
      assertEquals(token, axes.T);
    });

    Deno.test(`windowsOf() keeps a dispatch short, or as small as it gets: ${name}`, () => {
      const windows = windowsOf(axes, config({ dispatchGflop }), limits);
      const most = dispatchGflop * 1e9 / (axes.B * flopsPerPair(axes));
      if (windows.length === 1) return; // half of its rectangle may be masked
      for (const window of windows) assert(rectangle(window) <= most || window.keys <= 64, `${window.keys}`);
    });
  }
}

Deno.test("windowsOf() takes one dispatch where all fits, and cuts keys only where queries would be too few", () => {
  assertEquals(windowsOf(MLA, config({ dispatchGflop: 4096 }), limits).length, 1);
  const halves = windowsOf({ ...MLA, T: 32768 }, config({ dispatchGflop: 4096 }), limits);
  assert(halves.every((window) => window.isFirst && window.isLast));
  const late = windowsOf({ ...MLA, T: 4096, C: 262144 }, config({ dispatchGflop: 4096 }), limits);
  assert(late.every((window) => window.rows === 4096));
  assert(late.length > 4 && late.length < 8, `${late.length} ranges`);
});

Deno.test("mlaPrefill.plan: pieces of long tensors are bound alone, at offsets a binding may have", () => {
  const axes = { ...MLA, T: 4096, C: 1 << 20 };
  const plan = mlaPrefill.plan(axes, config({ dispatchGflop: 4096 }), large);
  fit(plan, large);
  const keys = plan.buffers.find((b) => b.name === "k")!;
  assert(bindingBytes(keys) > limits.maxStorageBufferBindingSize, "k is larger than a binding");
  for (const pass of plan.passes) {
    assertEquals(pass.buffers.map((b) => b.name), ["q", "k", "v", "o", "lse", "joined"]);
    for (const { range } of pass.buffers.slice(0, 5)) assertEquals(range!.offset % 64, 0);
  }
});

Deno.test("mlaPrefill.plan: sequences of a batch are bound whole, their rows found by offset", () => {
  const axes = { ...MLA, B: 2, T: 16384 };
  const plan = mlaPrefill.plan(axes, config({ dispatchGflop: 1024 }), large);
  const param = (pass: number, name: string) => plan.passes[pass].params.find((p) => p.name === name)!.value;
  assert(plan.passes.length > 1);
  assert(plan.passes.every((pass) => pass.buffers.every((b) => b.range === undefined)));
  assertEquals([param(0, "firstToken"), param(0, "tokens")], [0, 16384]);
  assertEquals(param(1, "firstToken"), param(0, "rows"));
});

Deno.test("mlaPrefill.plan: a million tokens plan, with scratch of one window", () => {
  const plan = mlaPrefill.plan({ ...MLA, T: 1 << 20 }, config({ dispatchGflop: 4096 }), large);
  const scratch = plan.buffers.filter((b) => b.role === "scratch");
  assertEquals(scratch.map((b) => b.name), ["joined"]);
  assert(scratch[0].length * 4 <= 512 * 2 ** 20, `${scratch[0].length} floats`);
  assert(plan.passes.length < 5000, `${plan.passes.length} passes`);
  assertEquals(new Set(plan.passes.map((pass) => pass.code)).size, 1);
});

Deno.test("mlaPrefill.plan: refuses heads no KV head serves evenly, and devices without the matrices it needs", () => {
  const plan = (device: Capabilities) => mlaPrefill.plan(MLA, matrix, device);
  assertThrows(
    () => mlaPrefill.plan({ ...MLA, G: 5 }, initial, large),
    RangeError,
    "H=32 heads must be a multiple of G=5 KV heads",
  );
  fit(plan(MATRIX_DEVICE), MATRIX_DEVICE);
  assertThrows(() => plan(large), RangeError, "this device does not list");
  const bf16 = [{ componentType: "bf16", resultComponentType: "f32", M: 16, N: 16, K: 16 }];
  assertThrows(() => plan({ ...MATRIX_DEVICE, subgroupMatrices: bf16 }), RangeError, "needs f16 matrices");
  const sizes = { min: 8, max: 32 };
  assertThrows(() => plan({ ...MATRIX_DEVICE, subgroupSize: sizes }), RangeError, "this device has 8 to 32");
  const small = { componentType: "f16", resultComponentType: "f32", M: 8, N: 8, K: 8 };
  const either = { ...MATRIX_DEVICE, subgroupMatrices: [small, ...MATRIX_DEVICE.subgroupMatrices!] };
  assert(plan(either).passes[0].code.includes("const matrixM: u32 = 16u;"));
  const eight = { ...MATRIX_DEVICE, subgroupSize: { min: 8, max: 8 }, subgroupMatrices: [small] };
  assert(plan(eight).passes[0].code.includes("const subgroupSize: u32 = 8u;"));
});

/** Two queries after one cached key, two heads on one KV head; scores are 0 or ln 3. */
function handCase(): { axes: Axes; inputs: Tensors } {
  const axes = { B: 1, T: 2, H: 2, G: 1, K: 64, V: 64, C: 1 };
  const tensor = (shape: number[], ones: Record<number, number>) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b));
    for (const [at, value] of Object.entries(ones)) data[Number(at)] = value;
    return { shape, data };
  };
  return {
    axes,
    inputs: {
      q: tensor([1, 2, 2, 64], { 0: 1, 64: 1, 128: 1 }),
      k: tensor([1, 3, 1, 64], { 64: Math.log(3) }),
      v: tensor([1, 3, 1, 64], { 0: 4, 64: 8, 128: 20 }),
    },
  };
}

Deno.test("mlaPrefill.reference: a cached key, a masked key and shared KV heads by hand", () => {
  const { axes, inputs } = handCase();
  const { o, lse } = mlaPrefill.reference(axes, inputs, { scale: 1 });
  const firsts = [0, 1, 2, 3].map((row) => o.data[row * 64]);
  const wanted = [7, 7, (4 + 3 * 8 + 20) / 5, 32 / 3];
  wanted.forEach((value, i) => assert(Math.abs(firsts[i] - value) < 1e-6, `${firsts}`));
  const sums = [4, 4, 5, 3];
  sums.forEach((sum, i) => assert(Math.abs(lse.data[i] - Math.log(sum)) < 1e-6, `${lse.data}`));
});

Deno.test("mlaPrefill.axesOf: reads the cached prefix off k, refuses fewer keys than queries and uneven KV heads", () => {
  const axes = { B: 2, T: 3, H: 4, G: 2, K: 64, V: 128, C: 5 };
  assertEquals(mlaPrefill.axesOf(mlaPrefill.inputsFor(axes, 1)), axes);
  const { q } = mlaPrefill.inputsFor({ ...axes, T: 9 }, 1);
  assertThrows(
    () => mlaPrefill.axesOf({ ...mlaPrefill.inputsFor(axes, 1), q }),
    TypeError,
    "so S is 8, but q has T=9 queries",
  );
  const uneven = mlaPrefill.inputsFor({ ...axes, H: 3, G: 3 }, 1);
  const { k, v } = mlaPrefill.inputsFor(axes, 1);
  assertThrows(() => mlaPrefill.axesOf({ ...uneven, k, v }), TypeError, "G=2 KV heads, and q has H=3 heads");
});

Deno.test("mlaPrefill.work: half the square for a causal product, every tensor once", () => {
  const { flops, bytes } = mlaPrefill.work({ ...MLA, T: 1000 }, config({ io: "f16" }));
  assertEquals(flops, 32 * 2 * 320 * 1000 * 1001 / 2);
  assertEquals(bytes, 2 * 2 * 1000 * 32 * 320 + 4 * 1000 * 32);
  assertEquals(mlaPrefill.work(MLA, matrix).unit, "matrix");
});
