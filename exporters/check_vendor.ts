import type { DeviceRecord } from "../profiles/schema.ts";
import type { Exporter } from "./exporter.ts";

const NAMES: Readonly<Record<string, string>> = { amd: "AMD", intel: "Intel", nvidia: "NVIDIA" };

/** Throws RangeError when `device` is of a vendor whose GPUs the exporter's reader does not run on. */
export function checkVendor(
  { name, vendors }: Pick<Exporter, "name" | "vendors">,
  device: DeviceRecord,
): void {
  if (vendors === undefined || vendors.includes(device.vendor)) return;
  const served = vendors.map((vendor) => NAMES[vendor] ?? vendor).join(" or ");
  throw new RangeError(
    `Cannot export ${name} for ${device.description}: its reader runs on GPUs of ${served}, ` +
      `not of "${device.vendor}"; export the profile of such a GPU`,
  );
}
