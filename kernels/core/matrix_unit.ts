import type { Capabilities, SubgroupMatrix } from "./family.ts";
import { SUBGROUP_MATRIX } from "./pass.ts";

/** What a pass with products on matrix units asks of a device. */
export const MATRIX_FEATURES: readonly string[] = ["shader-f16", "subgroups", SUBGROUP_MATRIX];

/** The shapes a device lists for products of f16 summed in f32, the largest first. */
export function halfMatrices({ subgroupMatrices = [] }: Capabilities): SubgroupMatrix[] {
  return subgroupMatrices
    .filter((m) => m.componentType === "f16" && m.resultComponentType === "f32")
    .sort((a, b) => b.M * b.N * b.K - a.M * a.N * a.K);
}

/** The larger of 16 x 16 x 16 and 8 x 8 x 8 among those; undefined where it lists neither. */
export function squareMatrix(device: Capabilities): SubgroupMatrix | undefined {
  return halfMatrices(device).find(({ M, N, K }) => M === N && N === K && (M === 16 || M === 8));
}

/**
 * Lanes of a subgroup, where work is divided among whole ones. Throws RangeError where the driver may choose among
 * sizes: a sentence that begins with `wanted`, what needs one size.
 */
export function wholeSubgroup(wanted: string, device: Capabilities): number {
  const { min, max } = device.subgroupSize ?? { min: 0, max: 0 };
  if (min === max && min > 0) return min;
  throw new RangeError(`${wanted} subgroups of one size, and this device has ${min} to ${max}`);
}
