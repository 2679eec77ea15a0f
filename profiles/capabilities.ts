import type { Capabilities, Limits } from "../kernels/core/family.ts";
import type { DeviceRecord } from "./schema.ts";

/** What WebGPU promises on every adapter; stands in for limits a record does not name. */
export const LEAST_LIMITS: Limits = {
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 8,
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
};

/** What a recorded device grants a plan: as when it was opened. Browsers count as Tint, as in `openDevice`. */
export function capabilitiesOf(device: DeviceRecord): Capabilities {
  const { backend, features, limits, subgroupSize, subgroupMatrices } = device;
  return {
    engine: backend === "builtin" ? "naga" : "tint",
    features,
    limits: { ...LEAST_LIMITS, ...limits },
    ...(subgroupSize && { subgroupSize }),
    ...(subgroupMatrices && { subgroupMatrices }),
  };
}
