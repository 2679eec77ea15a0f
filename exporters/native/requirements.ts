import { SUBGROUP_MATRIX } from "../../kernels/core/pass.ts";
import type { ManifestVariant } from "../wgsl/manifest.ts";

/** Features kernels may need, by the name of their flag; the flag of the first is 1, of the next 2, and so on. */
export const FEATURES: Readonly<Record<string, string>> = {
  "shader-f16": "SHADER_F16",
  "subgroups": "SUBGROUPS",
  [SUBGROUP_MATRIX]: "SUBGROUP_MATRIX",
};

/** Limits kernels may need, in the order of the struct of them. */
export const LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxStorageBuffersPerShaderStage",
] as const;

/** What a variant needs, checked to be of the words native code has. */
export interface Needs {
  /** Names of flags. */
  readonly features: readonly string[];
  /** In the order of `LIMITS`. */
  readonly limits: readonly number[];
  readonly subgroups: { readonly min: number; readonly max: number };
  /** M, N, K of products of f16 summed in f32. */
  readonly matrices: readonly (readonly [number, number, number])[];
}

/** A variant's requirements. Throws RangeError for one there is no word for. */
export function needsOf({ id, requires }: ManifestVariant): Needs {
  const { features, limits, subgroupSize, subgroupMatrices = [] } = requires;
  const unknown = features.find((name) => !FEATURES[name]) ??
    Object.keys(limits).find((name) => !(LIMITS as readonly string[]).includes(name)) ??
    subgroupMatrices.find((m) => m.componentType !== "f16" || m.resultComponentType !== "f32")?.componentType;
  if (unknown) throw new RangeError(`Cannot export ${id} as native code: it has no word for "${unknown}"`);
  return {
    features: features.map((name) => FEATURES[name]),
    limits: LIMITS.map((name) => limits[name] ?? 0),
    subgroups: { min: subgroupSize?.min ?? 0, max: subgroupSize?.max ?? 0 },
    matrices: subgroupMatrices.map(({ M, N, K }) => [M, N, K]),
  };
}
