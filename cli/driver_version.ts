import type { DeviceRecord } from "../profiles/schema.ts";

/**
 * Driver of a device: what NVIDIA's kernel module says, else what the adapter says, else empty. WebGPU has no field for
 * it. The module goes first so that one driver has one name, whichever backend asks.
 */
export function driverVersion(record: DeviceRecord): string {
  if (record.software || record.vendor !== "nvidia") return record.driver;
  try {
    const text = Deno.readTextFileSync("/proc/driver/nvidia/version");
    return /Kernel Module(?: for \S+)?\s+([\d.]+)/.exec(text)?.[1] ?? record.driver;
  } catch {
    return record.driver;
  }
}
