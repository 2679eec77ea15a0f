import type { Capabilities, Plan, Tensors } from "../kernels/core/family.ts";
import { halfMatrices, MATRIX_FEATURES } from "../kernels/core/matrix_unit.ts";
import { definePass } from "../kernels/core/pass.ts";
import { specialize } from "../kernels/core/specialize.ts";
import matrixCode from "./matrix_rate.wgsl" with { type: "text" };

const THREADS = 256;
/** Of a round of matrix_rate.wgsl, whatever its tiles. */
const PRODUCTS = 16;
/** Tiles of sums a subgroup holds: more hide the unit's latency, fewer leave registers for more subgroups. */
const TILES: readonly (readonly [rows: number, columns: number])[] = [[2, 2], [2, 4], [4, 4]];

/** A pass to time, what it reads, and how many operations it does. */
export interface RatePlan {
  readonly plan: Plan;
  readonly inputs: Tensors;
  readonly flops: number;
}

/**
 * Passes of nothing but f16 products summed in f32 on matrix units, in the largest shape the device lists: the fastest
 * one tells the units' rate. None where it lists no such shape, or where the number of subgroups can't be told.
 */
export function matrixPlans(device: Capabilities, groups: number, rounds: number): readonly RatePlan[] {
  const [shape] = halfMatrices(device);
  const size = device.subgroupSize;
  if (!shape || !size || size.min !== size.max || !device.features.includes("shader-f16")) return [];
  const { M, N, K } = shape;
  return TILES.map(([rows, columns]) => {
    const operands = rows * M * K + columns * K * N;
    const plan: Plan = {
      id: `matrix_rate ${rows}x${columns}`,
      tolerance: 0,
      buffers: [
        { name: "operands", dtype: "f16", length: operands, role: "input", from: "operands" },
        { name: "results", dtype: "f32", length: rows * columns * M * N, role: "output", to: "results" },
      ],
      passes: [definePass(device, {
        label: "matrix_rate",
        code: specialize(matrixCode, {
          Left: `subgroup_matrix_left<f16, ${K}, ${M}>`,
          Right: `subgroup_matrix_right<f16, ${N}, ${K}>`,
          Sum: `subgroup_matrix_result<f32, ${N}, ${M}>`,
          M,
          N,
          K,
          rowTiles: rows,
          colTiles: columns,
        }),
        unroll: true,
        features: MATRIX_FEATURES,
        params: [{ name: "rounds", type: "u32", value: rounds }],
        buffers: ["operands", "*results"],
        workgroups: [groups, 1, 1],
      })],
    };
    // Zeros would cost the units less power, and so show higher clocks, than any kernel meets.
    const data = Float32Array.from({ length: operands }, (_, i) => Math.sin(i) / 8);
    const flops = groups * (THREADS / size.max) * rounds * PRODUCTS * 2 * M * N * K;
    return { plan, inputs: { operands: { shape: [operands], data } }, flops };
  });
}
