// Covers kda_decode without a GPU: what an f16 state costs over many tokens, the lanes it asks of a subgroup, its grid.
import { oneTokenRecurrence } from "../../kernels/kda/one_token.ts";
import { kdaInputs } from "../../kernels/kda/inputs.ts";
import { errorRatio } from "../../kernels/core/error_ratio.ts";
import type { Tensor } from "../../kernels/core/family.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { kdaDecode } from "../../kernels/kda_decode/mod.ts";
import { lanesOf } from "../../kernels/delta_decode/lanes.ts";
import { PORTABLE_DEVICE } from "../../cli/portable_device.ts";
import { LEAST_DEVICE } from "../contracts/devices.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

const initial = initialConfig(kdaDecode.space);
const axes = { N: 1, H: 1, K: 64, V: 64 };

/** RMS error ratio of the state after `tokens` tokens, each of which leaves a state rounded to f16. */
function drift(tokens: number, gate: (g: number) => number): number {
  const { initial_state: _, ...all } = kdaInputs({ B: 1, T: tokens, H: 1, K: axes.K, V: axes.V }, 2);
  all.g.data.set(all.g.data.map(gate));
  let exact: Tensor | undefined;
  let rounded: Tensor | undefined;
  for (let t = 0; t < tokens; t++) {
    const token = Object.fromEntries(
      Object.entries(all).map(([name, { shape: [, , ...shape], data }]) => {
        const size = data.length / tokens;
        return [name, { shape: [1, ...shape], data: data.subarray(t * size, (t + 1) * size) }];
      }),
    );
    const after = (state?: Tensor) =>
      oneTokenRecurrence(axes, { ...token, ...(state && { initial_state: state }) }).final_state;
    exact = after(exact);
    const next = after(rounded);
    rounded = { shape: next.shape, data: Float32Array.from(next.data, Math.f16round) };
  }
  return errorRatio(rounded!.data, exact!.data);
}

const GATES: Readonly<Record<string, { gate(g: number): number; between: [number, number] }>> = {
  "seeded gates": { gate: (g) => g, between: [1e-4, 4e-4] },
  "gates of -0.05": { gate: () => -0.05, between: [4e-4, 8e-4] },
  "gates of -0.0005": { gate: () => -0.0005, between: [1e-3, 3e-3] },
};
for (const [name, { gate, between: [least, most] }] of Object.entries(GATES)) {
  Deno.test(`an f16 state drifts by ${least} to ${most} in 2048 tokens with ${name}`, () => {
    const error = drift(2048, gate);
    assert(error >= least && error <= most, `error ratio ${error}`);
  });
}

Deno.test("lanesOf() keeps all rows of a column in a subgroup, or says why it can't", () => {
  const lanes = (change: Partial<typeof initial>, device = PORTABLE_DEVICE) =>
    lanesOf("kda_decode", { ...initial, tileV: 64, ...change }, 128, device);
  const rows = (rowsPerThread: number) => ({ threadStep: rowsPerThread / 4, fourStep: 1 });
  assertEquals(lanes({}), { ...rows(8), laneColumns: 16 });
  assertEquals(lanes({ stateLayout: "VK" }), { threadStep: 1, fourStep: 16, laneColumns: 1 });
  const subgroup = { reduce: "subgroup", rowsPerThread: 16 };
  assertEquals(lanes(subgroup), { ...rows(16), laneColumns: 4, laneSteps: 3 });
  assertEquals(lanes({ ...subgroup, tileV: 8 }), { ...rows(16), laneColumns: 2, laneSteps: 3 });
  assertEquals(lanes({ reduce: "mixed" }), { ...rows(8), laneColumns: 16, laneRows: 2, laneSteps: 1 });
  const narrow = { ...PORTABLE_DEVICE, subgroupSize: { min: 8, max: 32 } };
  assertThrows(() => lanes({ reduce: "subgroup" }, narrow), RangeError, "subgroup of 8, current value is 16");
  assertThrows(() => lanes({ reduce: "mixed" }, narrow), RangeError, "16 threads each");
  assertThrows(() => lanes({ reduce: "mixed" }, LEAST_DEVICE), RangeError, "needs the feature subgroups");
});

Deno.test("a grid is checked for its end only where it is folded", () => {
  const code = (N: number) =>
    kdaDecode.plan({ ...axes, N }, { ...initial, tileV: 64 }, PORTABLE_DEVICE).passes[0].code;
  assert(code(65535).includes("const folded: bool = false;"));
  assert(code(65536).includes("const folded: bool = true;"));
});
