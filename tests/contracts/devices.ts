import type { Capabilities } from "../../kernels/core/family.ts";
import { PORTABLE_DEVICE, PORTABLE_MATRIX_DEVICE } from "../../cli/portable_device.ts";

/** What WebGPU promises on every adapter, without any feature. */
export const LEAST_DEVICE: Capabilities = {
  engine: "tint",
  features: [],
  limits: {
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
    maxComputeWorkgroupSizeY: 256,
    maxComputeWorkgroupSizeZ: 64,
    maxComputeWorkgroupsPerDimension: 65535,
    maxStorageBuffersPerShaderStage: 8,
    maxStorageBufferBindingSize: 2 ** 27,
    maxBufferSize: 2 ** 28,
  },
};

/** A desktop GPU: PORTABLE_DEVICE with 48 KiB of workgroup memory. */
export const DESKTOP_DEVICE: Capabilities = {
  ...PORTABLE_DEVICE,
  limits: { ...PORTABLE_DEVICE.limits, maxComputeWorkgroupStorageSize: 49152 },
};

/** The same with matrix units, through Dawn. */
export const MATRIX_DEVICE: Capabilities = { ...PORTABLE_MATRIX_DEVICE, limits: DESKTOP_DEVICE.limits };
