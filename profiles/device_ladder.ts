import type { DeviceRecord } from "./schema.ts";

/** How near a device is to the one asked about, nearest first; `portable` is the family's own default. */
export const RUNGS = ["adapter", "architecture", "vendor", "portable"] as const;
export type Rung = (typeof RUNGS)[number];

/**
 * The folder name of a device: backend, vendor, architecture (else the adapter's name) and device id, as in
 * `builtin_nvidia_h200_0x2335`, or `dawn_nvidia_h200` where the id is that name.
 * Driver and runtime stay out of it, so that an update goes on in the same folder; each trial names its driver.
 */
export function deviceSlug(device: DeviceRecord): string {
  const name = device.description.toLowerCase().replace(`${device.vendor.toLowerCase()} `, "");
  const model = device.architecture || name;
  const words = [device.vendor, model, ...(model === device.device ? [] : [device.device])];
  const parts = words.map((word) => word.toLowerCase().replaceAll(" ", "-"));
  const safe = parts.map((part) => part.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40));
  const shown = [device.backend, ...safe.filter((part) => part !== "")];
  if (device.software) shown.push("software");
  // Names that had to be shortened or stripped of signs could meet in one folder: tell them apart.
  if (safe.some((part, i) => part !== parts[i])) shown.push(shortHash(words.join("\n")));
  return shown.join("_");
}

/** The rung on which what is known about `known` serves `wanted`; undefined where it says nothing about it. */
export function rungOf(known: DeviceRecord, wanted: DeviceRecord): Exclude<Rung, "portable"> | undefined {
  // Times of a CPU adapter say nothing about a GPU, nor the reverse.
  if (known.software !== wanted.software || known.vendor !== wanted.vendor) return undefined;
  const sameDevice = known.device === wanted.device && known.description === wanted.description &&
    known.architecture === wanted.architecture;
  if (
    sameDevice && known.backend === wanted.backend && known.driver === wanted.driver &&
    known.runtime === wanted.runtime
  ) return "adapter";
  if (sameDevice) return "architecture";
  if (known.vendor === "") return undefined;
  return known.architecture !== "" && known.architecture === wanted.architecture ? "architecture" : "vendor";
}

/** Orders devices on one rung: how many parts of the identity agree with `wanted`. */
export function likeness(known: DeviceRecord, wanted: DeviceRecord): number {
  // Backend weighs most: naga and Tint want different variants of one kernel on the same chip.
  return 4 * Number(known.backend === wanted.backend) + 2 * Number(known.device === wanted.device) +
    Number(known.driver === wanted.driver);
}

/** FNV-1a, 32 bits as 8 hex digits; only tells names apart. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
