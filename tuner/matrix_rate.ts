import type { Capabilities, Plan, SubgroupMatrix } from "../kernels/core/family.ts";
import { definePass, SUBGROUP_MATRIX } from "../kernels/core/pass.ts";
import { specialize } from "../kernels/core/specialize.ts";
import matrixCode from "./matrix_rate.wgsl" with { type: "text" };

const THREADS = 256;
const SUMS = 4;

/**
 * A pass of nothing but f16 products summed in f32 on matrix units, in the largest shape the device lists, and how many
 * operations it does. Undefined where it lists none, or where the number of subgroups can't be told.
 */
export function matrixPlan(
  device: Capabilities,
  groups: number,
  rounds: number,
): { plan: Plan; flops: number } | undefined {
  const shape = largestShape(device);
  const size = device.subgroupSize;
  if (!shape || !size || size.min !== size.max || !device.features.includes("shader-f16")) return undefined;
  const { M, N, K } = shape;
  const plan: Plan = {
    id: "matrix_rate",
    tolerance: 0,
    buffers: [{ name: "results", dtype: "f32", length: SUMS * M * N, role: "output", to: "results" }],
    passes: [definePass(device, {
      label: "matrix_rate",
      code: specialize(matrixCode, {
        Left: `subgroup_matrix_left<f16, ${K}, ${M}>`,
        Right: `subgroup_matrix_right<f16, ${N}, ${K}>`,
        Sum: `subgroup_matrix_result<f32, ${N}, ${M}>`,
        M,
        N,
      }),
      features: ["shader-f16", "subgroups", SUBGROUP_MATRIX],
      params: [{ name: "rounds", type: "u32", value: rounds }],
      buffers: ["*results"],
      workgroups: [groups, 1, 1],
    })],
  };
  return { plan, flops: groups * (THREADS / size.max) * rounds * SUMS * 2 * M * N * K };
}

function largestShape({ subgroupMatrices = [] }: Capabilities): SubgroupMatrix | undefined {
  return subgroupMatrices
    .filter((m) => m.componentType === "f16" && m.resultComponentType === "f32")
    .sort((a, b) => b.M * b.N * b.K - a.M * a.N * a.K)[0];
}
