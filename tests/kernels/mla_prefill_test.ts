// mla_prefill without a GPU: windows and ranges at every length, its plans, its reference, the refusal of bad shapes.
import type { Axes, Capabilities, Tensors } from "../../kernels/core/family.ts";
import { fit } from "../../kernels/core/fit.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { mlaPrefill } from "../../kernels/mla_prefill/mod.ts";
import type { MlaPrefillConfig } from "../../kernels/mla_prefill/space.ts";
import { groupsOf } from "../../kernels/mla_prefill/pieces.ts";
import { flopsPerPair, type Window, windowsOf } from "../../kernels/mla_prefill/windows.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { DESKTOP_DEVICE, MATRIX_DEVICE } from "../contracts/devices.ts";

const initial = initialConfig(mlaPrefill.space);
const matrix = initialConfig(mlaPrefill.space, "matrix");
const config = (change: Partial<MlaPrefillConfig>): MlaPrefillConfig => ({ ...initial, ...change });
const MLA: Axes = { B: 1, T: 16384, H: 32, G: 32, K: 192, V: 128, C: 0 };
const { limits } = DESKTOP_DEVICE;

/** Windows of all groups, in order. */
function windowsFor(axes: Axes, dispatchGflop: number, windowTokens?: number): Window[] {
  const c = config({ dispatchGflop });
  return groupsOf(axes, c, limits).flatMap((group) => windowsOf(group, axes, c, limits, windowTokens));
}

/** What a window's keys add up to, pass after pass: every query meets every key it sees once, in order. */
function checkOrder(axes: Axes, windows: readonly Window[]): void {
  let sequence = 0;
  let token = 0;
  let key = 0;
  for (const { queries, keyPiece, first, rows, firstKey, keys, isFirst, isLast } of windows) {
    assertEquals([queries.sequence, keyPiece.sequence, first, firstKey], [sequence, sequence, token, key]);
    assert(first >= queries.first && first + rows <= queries.first + queries.rows, "queries in their piece");
    assert(firstKey >= keyPiece.first && firstKey + keys <= keyPiece.first + keyPiece.rows, "keys in theirs");
    assertEquals(isFirst, key === 0);
    key += keys;
    assertEquals(isLast, key === axes.C + token + rows);
    if (!isLast) continue;
    token += rows;
    key = 0;
    if (token < axes.T) continue;
    token = 0;
    sequence += queries.sequences;
  }
  assertEquals(sequence, axes.B);
}

const LENGTHS: readonly Axes[] = [
  { T: 1 },
  { T: 63 },
  { T: 1, C: 1 << 20 },
  { T: 4096, C: 262144 },
  { T: 16384 },
  { T: 100003, H: 4, G: 1 },
  { T: 1 << 20 },
  { T: 1000, C: 3000, B: 3 },
  { T: 8192, B: 40 },
];

for (const change of LENGTHS) {
  const axes = { ...MLA, ...change };
  for (const dispatchGflop of [128, 4096]) {
    Deno.test(`windowsOf() keeps order, pieces and work: ${JSON.stringify(change)} at ${dispatchGflop} GFLOP`, () => {
      const windows = windowsFor(axes, dispatchGflop);
      checkOrder(axes, windows);
      if (windows.every((w) => w.rows === axes.T && w.keys === axes.C + axes.T)) return; // half of it is masked
      for (const { queries, rows, keys } of windows) {
        const most = dispatchGflop * 1e9 / (queries.sequences * flopsPerPair(axes));
        assert(rows * keys <= most || keys <= 128, `${rows} x ${keys}`);
      }
    });
  }
  Deno.test(`windowsOf() takes a caller's length of windows: ${JSON.stringify(change)}`, () => {
    if (axes.T > 20000) return;
    const windows = windowsFor(axes, 4096, 37);
    checkOrder(axes, windows);
    assert(windows.every((w) => w.rows === Math.min(37, axes.T - w.first)));
  });
}

Deno.test("windowsOf() takes one dispatch where all fits, and cuts keys only where queries would be too few", () => {
  assertEquals(windowsFor(MLA, 4096).length, 1);
  const long = windowsFor({ ...MLA, T: 32768 }, 4096);
  assert(long.length > 1 && long.every((window) => window.isFirst && window.isLast));
  const late = windowsFor({ ...MLA, T: 4096, C: 262144 }, 4096);
  assert(late.every((window) => window.rows === 4096));
  assert(late.length > 4 && late.length < 8, `${late.length} ranges`);
});

Deno.test("mlaPrefill.plan: a tensor larger than a buffer lies in several, and fits", () => {
  const axes = { ...MLA, T: 1 << 18, C: 1 << 20 };
  const plan = fit(mlaPrefill.plan(axes, config({ dispatchGflop: 4096 }), DESKTOP_DEVICE), DESKTOP_DEVICE);
  for (
    const [tensor, width] of [["q", 32 * 192], ["k", 32 * 192], ["v", 32 * 128], ["o", 32 * 128], ["lse", 32]]
  ) {
    const held = plan.buffers.filter((b) => (b.from ?? b.to) === tensor);
    const tokens = "kv".includes(`${tensor}`) ? axes.C + axes.T : axes.T;
    assertEquals(held.reduce((sum, b) => sum + b.length, 0), tokens * Number(width), `${tensor}`);
    assert(held.length > 1 && held.every((b) => b.part!.of === tokens * Number(width)), `${tensor}`);
  }
  assertEquals(plan.passes[0].buffers.map((b) => b.name), ["q.0", "k.0", "v.0", "o.0", "lse.0", "joined"]);
});

Deno.test("mlaPrefill.plan: queries and keys are found by offset in their buffers", () => {
  const axes = { ...MLA, B: 2, T: 16384 };
  const plan = mlaPrefill.plan(axes, config({ dispatchGflop: 1024 }), DESKTOP_DEVICE);
  const param = (pass: number, name: string) => plan.passes[pass].params.find((p) => p.name === name)!.value;
  assert(plan.passes.length > 1);
  assertEquals([param(0, "firstToken"), param(0, "tokens")], [0, 16384]);
  const next = plan.passes.findIndex((pass) => pass.params.find((p) => p.name === "firstToken")!.value > 0);
  assertEquals(param(next, "firstToken"), param(0, "rows"));
  assertEquals(plan.windows?.[1].first, param(0, "rows"));
});

Deno.test("mlaPrefill.plan: a million tokens plan, with scratch of one window", () => {
  const plan = mlaPrefill.plan({ ...MLA, T: 1 << 20 }, config({ dispatchGflop: 4096 }), DESKTOP_DEVICE);
  const scratch = plan.buffers.filter((b) => b.role === "scratch");
  assertEquals(scratch.map((b) => b.name), ["joined"]);
  assert(scratch[0].length * 4 <= 512 * 2 ** 20, `${scratch[0].length} floats`);
  assert(plan.passes.length < 5000, `${plan.passes.length} passes`);
  assertEquals(new Set(plan.passes.map((pass) => pass.code)).size, 1);
});

Deno.test("mlaPrefill.plan: refuses heads no KV head serves evenly, and devices without the matrices it needs", () => {
  const plan = (device: Capabilities) => mlaPrefill.plan(MLA, matrix, device);
  assertThrows(
    () => mlaPrefill.plan({ ...MLA, G: 5 }, initial, DESKTOP_DEVICE),
    RangeError,
    "H=32 heads must be a multiple of G=5 KV heads",
  );
  fit(plan(MATRIX_DEVICE), MATRIX_DEVICE);
  assertThrows(() => plan(DESKTOP_DEVICE), RangeError, "this device does not list");
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
