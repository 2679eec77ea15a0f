import type { Tuned } from "../exporter.ts";
import { fileWord } from "../file_word.ts";
import { gpuModel } from "../gpu_model.ts";

/**
 * The name a results file and a `TARGET_` macro know each device by, by folder name: the GPU's own with every run of
 * other signs as `_`, as Kernel Tuner spells it. Devices of one name (a chip under two WebGPU implementations)
 * go by their folder names instead, since each wants its own variants.
 */
export function deviceNames(devices: readonly Tuned[]): ReadonlyMap<string, string> {
  const plain = devices.map(({ profile }) => identifier(gpuModel(profile.device)));
  return new Map(devices.map(({ slug }, i) => {
    const alone = plain[i] !== "" && plain.filter((name) => name === plain[i]).length === 1;
    return [slug, alone ? plain[i] : identifier(fileWord(slug))];
  }));
}

function identifier(text: string): string {
  return text.replace(/[^0-9a-zA-Z]+/g, "_");
}
