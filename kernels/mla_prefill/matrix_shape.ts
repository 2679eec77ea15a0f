import type { Capabilities } from "../core/family.ts";

/** Square shapes of f16 products summed in f32, the preferred one first. */
const SIDES = [16, 8];

/**
 * The matrix unit's shape a device offers for f16 products summed in f32, and the size of its subgroups.
 * Throws RangeError where it lists none, or where a subgroup's size is the driver's to choose.
 */
export function matrixShape(device: Capabilities) {
  const offered =
    device.subgroupMatrices?.filter((shape) =>
      shape.componentType === "f16" && shape.resultComponentType === "f32"
    ) ?? [];
  const shape =
    SIDES.flatMap((side) => offered.filter(({ M, N, K }) => M === side && N === side && K === side))[0];
  if (!shape) {
    throw new RangeError(
      "Cannot plan mla_prefill: formulation=matrix needs f16 matrices with f32 sums, 16 or 8 square, " +
        "which this device does not list",
    );
  }
  const { min, max } = device.subgroupSize ?? { min: 0, max: 0 };
  if (min !== max || min === 0) {
    throw new RangeError(
      `Cannot plan mla_prefill: formulation=matrix needs subgroups of one size, and this device has ${min} to ${max}`,
    );
  }
  return { ...shape, subgroupSize: min };
}
