import type { Tuned } from "../exporter.ts";

/**
 * The name a results file and a `TARGET_` macro know each device by, by folder name: the adapter's own name with every
 * run of other signs as `_`, as Kernel Tuner spells it. Devices of one name (a chip under two WebGPU implementations)
 * go by their folder names instead, since each wants its own variants.
 */
export function deviceNames(devices: readonly Tuned[]): ReadonlyMap<string, string> {
  const plain = devices.map(({ profile }) => identifier(profile.device.description.trim()));
  return new Map(devices.map(({ slug }, i) => {
    const alone = plain[i] !== "" && plain.filter((name) => name === plain[i]).length === 1;
    return [slug, alone ? plain[i] : identifier(slug)];
  }));
}

function identifier(text: string): string {
  return text.replace(/[^0-9a-zA-Z]+/g, "_");
}
