// floorUs() by unit, and what matrixPlans() asks of a device. Rates themselves: by hand, a CPU's say nothing.
import { PORTABLE_DEVICE } from "../../cli/portable_device.ts";
import type { Capabilities, SubgroupMatrix } from "../../kernels/core/family.ts";
import { SUBGROUP_MATRIX } from "../../kernels/core/pass.ts";
import { bestOfRounds, floorUs } from "../../tuner/ceilings.ts";
import { ClockProbe } from "../../tuner/clock_probe.ts";
import { matrixPlans } from "../../tuner/matrix_rate.ts";
import { assert, assertEquals } from "../assert.ts";

const CEILINGS = {
  readGBps: 1000,
  f32Tflops: 10,
  timestampQuantumNs: 1,
  measuredAt: "2026-11-23T10:00:00.000Z",
};

Deno.test("floorUs() takes the slower of memory and the unit the work runs on", () => {
  const work = { flops: 1e9, bytes: 1e7 };
  assertEquals(floorUs(work, CEILINGS), 100);
  assertEquals(floorUs(work, { ...CEILINGS, matrixTflops: 200 }), 100);
  assertEquals(floorUs({ ...work, unit: "matrix" }, { ...CEILINGS, matrixTflops: 200 }), 10);
  assertEquals(floorUs({ ...work, unit: "matrix" }, { ...CEILINGS, matrixTflops: 50 }), 20);
  assertEquals(floorUs({ ...work, unit: "matrix" }, CEILINGS), 100, "never measured: no floor is made up");
});

function withMatrices(...shapes: [string, string, number, number, number][]): Capabilities {
  const subgroupMatrices = shapes.map(([componentType, resultComponentType, M, N, K]): SubgroupMatrix => ({
    componentType,
    resultComponentType,
    M,
    N,
    K,
  }));
  const features = [...PORTABLE_DEVICE.features, SUBGROUP_MATRIX];
  return { ...PORTABLE_DEVICE, engine: "tint", features, subgroupMatrices };
}

Deno.test("matrixPlans() take the largest f16 > f32 shape, each the same number of operations", () => {
  const device = withMatrices(["f16", "f16", 32, 32, 32], ["f16", "f32", 16, 8, 8], [
    "f16",
    "f32",
    16,
    8,
    16,
  ]);
  const plans = matrixPlans(device, 3, 5);
  assert(plans.length > 1);
  for (const { plan, inputs, flops } of plans) {
    const [pass] = plan.passes;
    assert(pass.code.includes("alias Left = subgroup_matrix_left<f16, 16, 16>;"));
    assert(pass.code.includes("alias Right = subgroup_matrix_right<f16, 8, 16>;"));
    assert(pass.code.includes("alias Sum = subgroup_matrix_result<f32, 8, 16>;"));
    const products = pass.code.match(/subgroupMatrixMultiplyAccumulate/g)!.length;
    assertEquals(flops, 3 * pass.workgroupSize[0] / 32 * 5 * products * (2 * 16 * 8 * 16));
    assertEquals(inputs.operands.data.length, plan.buffers[0].length);
  }
});

Deno.test("matrixPlans() are none where the device lists no such shape or subgroups of several sizes", () => {
  assertEquals(matrixPlans(PORTABLE_DEVICE, 1, 1), []);
  assertEquals(matrixPlans(withMatrices(["u8", "u32", 16, 16, 16]), 1, 1), []);
  const device = withMatrices(["f16", "f32", 16, 16, 16]);
  assertEquals(matrixPlans({ ...device, subgroupSize: { min: 8, max: 32 } }, 1, 1), []);
});

Deno.test("bestOfRounds() goes on while clocks rise, and ends after two rounds without a gain", async () => {
  const rounds = (...times: number[]) => async () =>
    await bestOfRounds(() => Promise.resolve(times.shift()!));
  assertEquals(await rounds(100, 99.5, 101, 100, 100, 1)(), 99.5);
  assertEquals(await rounds(570, 570, 570, 570, 300, 101, 100, 100.5, 1)(), 100);
  assertEquals(await rounds(11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)(), 2, "ten rounds at most");
});

Deno.test("a ClockProbe that was told too low a rate believes the fastest burst it has seen", async () => {
  const spans = [400, 100, 400, 105];
  const timer = { spans: () => Promise.resolve([spans.shift()!]) };
  const probe = new ClockProbe({ encode: () => {} }, 400, timer);
  const answers: boolean[] = [];
  while (spans.length > 0) answers.push(await probe.isWarm());
  assertEquals(answers, [true, true, false, true]);
});
