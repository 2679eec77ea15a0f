import type { Capabilities } from "../core/family.ts";
import { MATRIX_FEATURES, squareMatrix, wholeSubgroup } from "../core/matrix_unit.ts";

/** The largest square product of f16 into f32 up to 16 x 16 x 16, and how many threads compute it. */
export function matrixUnit(id: string, device: Capabilities): { tile: number; subgroupSize: number } {
  const missing = MATRIX_FEATURES.find((feature) => !device.features.includes(feature));
  if (missing) {
    throw new RangeError(
      `Cannot run ${id}: the matrix formulation needs the feature ${missing}, which this device lacks`,
    );
  }
  const subgroupSize = wholeSubgroup(`Cannot run ${id}: its work is divided among`, device);
  const square = squareMatrix(device);
  if (!square) {
    throw new RangeError(
      `Cannot run ${id}: it needs products of 16x16x16 or 8x8x8 from f16 into f32, which this device lacks`,
    );
  }
  return { tile: square.M, subgroupSize };
}
