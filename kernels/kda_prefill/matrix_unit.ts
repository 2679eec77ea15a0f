import type { Capabilities } from "../core/family.ts";
import { SUBGROUP_MATRIX } from "../core/pass.ts";

/** What a pass with products on matrix units asks of a device. */
export const MATRIX_FEATURES: readonly string[] = ["shader-f16", "subgroups", SUBGROUP_MATRIX];

/** The largest square product of f16 into f32 up to 16 x 16 x 16, and how many threads compute it. */
export function matrixUnit(id: string, device: Capabilities): { tile: number; subgroupSize: number } {
  const missing = MATRIX_FEATURES.find((feature) => !device.features.includes(feature));
  if (missing) {
    throw new RangeError(
      `Cannot run ${id}: the matrix formulation needs the feature ${missing}, which this device lacks`,
    );
  }
  const { min, max } = device.subgroupSize ?? { min: 0, max: 0 };
  if (min !== max || min === 0) {
    throw new RangeError(
      `Cannot run ${id}: its work is divided among subgroups of one size, and this device has ${min} to ${max}`,
    );
  }
  const tiles = (device.subgroupMatrices ?? [])
    .filter((m) => m.componentType === "f16" && m.resultComponentType === "f32")
    .filter((m) => m.M === m.N && m.N === m.K && (m.M === 16 || m.M === 8))
    .map((m) => m.M);
  if (tiles.length === 0) {
    throw new RangeError(
      `Cannot run ${id}: it needs products of 16x16x16 or 8x8x8 from f16 into f32, which this device lacks`,
    );
  }
  return { tile: Math.max(...tiles), subgroupSize: min };
}
