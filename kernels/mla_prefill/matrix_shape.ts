import type { Capabilities } from "../core/family.ts";
import { squareMatrix, wholeSubgroup } from "../core/matrix_unit.ts";

/**
 * The matrix unit's shape a device offers for f16 products summed in f32, and the size of its subgroups.
 * Throws RangeError where it lists none, or where a subgroup's size is the driver's to choose.
 */
export function matrixShape(device: Capabilities) {
  const shape = squareMatrix(device);
  if (!shape) {
    throw new RangeError(
      "Cannot plan mla_prefill: formulation=matrix needs f16 matrices with f32 sums, 16 or 8 square, " +
        "which this device does not list",
    );
  }
  const subgroupSize = wholeSubgroup("Cannot plan mla_prefill: formulation=matrix needs", device);
  return { ...shape, subgroupSize };
}
