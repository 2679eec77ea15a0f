import type { DeviceRecord } from "../profiles/schema.ts";

/** A GPU's name as its vendor's own tools have it: without what a Vulkan driver adds in brackets at the end. */
export function gpuModel({ description }: Pick<DeviceRecord, "description">): string {
  return description.replace(/ \([^()]*\)$/, "").trim();
}
