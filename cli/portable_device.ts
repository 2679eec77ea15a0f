import type { Capabilities } from "../kernels/core/family.ts";
import { SUBGROUP_MATRIX } from "../kernels/core/pass.ts";

/** What common GPUs grant, for listings on a machine that has none: f16, subgroups of 32, 32 KiB of workgroup memory. */
export const PORTABLE_DEVICE: Capabilities = {
  engine: "naga",
  features: ["timestamp-query", "shader-f16", "subgroups"],
  subgroupSize: { min: 32, max: 32 },
  limits: {
    maxComputeWorkgroupStorageSize: 32768,
    maxComputeInvocationsPerWorkgroup: 1024,
    maxComputeWorkgroupSizeX: 1024,
    maxComputeWorkgroupSizeY: 1024,
    maxComputeWorkgroupSizeZ: 64,
    maxComputeWorkgroupsPerDimension: 65535,
    maxStorageBuffersPerShaderStage: 10,
    maxStorageBufferBindingSize: 2 ** 31 - 4,
    maxBufferSize: 2 ** 32,
  },
};

/** PORTABLE_DEVICE with the matrix units of current desktop GPUs, as Dawn grants them. */
export const PORTABLE_MATRIX_DEVICE: Capabilities = {
  ...PORTABLE_DEVICE,
  engine: "tint",
  features: [...PORTABLE_DEVICE.features, SUBGROUP_MATRIX],
  subgroupMatrices: [{ componentType: "f16", resultComponentType: "f32", M: 16, N: 16, K: 16 }],
};
