import type { DeviceRecord } from "../../profiles/schema.ts";

/**
 * The folder fla looks for a GPU's configs in: its name with every run of other signs than letters and digits as one
 * underscore. What a Vulkan driver adds in brackets at the end is left out, since CUDA's name has none of it.
 */
export function gpuFolder({ description }: Pick<DeviceRecord, "description">): string {
  const name = description.replace(/ \([^()]*\)$/, "");
  return name.replace(/[^0-9A-Za-z]+/g, "_").replace(/^_+|_+$/g, "") || "unknown_gpu";
}
