import type { Capabilities } from "../../kernels/core/family.ts";
import { LEAST_LIMITS } from "../../profiles/capabilities.ts";
import { PORTABLE_DEVICE, PORTABLE_MATRIX_DEVICE } from "../../cli/portable_device.ts";

/** What WebGPU promises on every adapter, without any feature. */
export const LEAST_DEVICE: Capabilities = {
  engine: "tint",
  features: [],
  limits: LEAST_LIMITS,
};

/** A desktop GPU: PORTABLE_DEVICE with 48 KiB of workgroup memory. */
export const DESKTOP_DEVICE: Capabilities = {
  ...PORTABLE_DEVICE,
  limits: { ...PORTABLE_DEVICE.limits, maxComputeWorkgroupStorageSize: 49152 },
};

/** The same with matrix units, through Dawn. */
export const MATRIX_DEVICE: Capabilities = { ...PORTABLE_MATRIX_DEVICE, limits: DESKTOP_DEVICE.limits };
