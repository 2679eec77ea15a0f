import type { Capabilities } from "../kernels/core/family.ts";

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
