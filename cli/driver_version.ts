import type { DeviceRecord } from "../profiles/schema.ts";

/** Driver of a device: what the adapter says, else what the kernel module says, else empty. WebGPU has no field for it. */
export function driverVersion(record: DeviceRecord): string {
  if (record.driver !== "" || record.software) return record.driver;
  if (!/nvidia/i.test(record.description) && record.vendor !== "nvidia") return "";
  try {
    const text = Deno.readTextFileSync("/proc/driver/nvidia/version");
    return /Kernel Module(?: for \S+)?\s+([\d.]+)/.exec(text)?.[1] ?? "";
  } catch {
    return "";
  }
}
