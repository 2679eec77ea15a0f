import type { DeviceRecord } from "../../profiles/schema.ts";
import { gpuModel } from "../gpu_model.ts";

/**
 * The folder fla looks for a GPU's configs in: its name with every run of other signs than letters and digits as one
 * underscore.
 */
export function gpuFolder(device: Pick<DeviceRecord, "description">): string {
  return gpuModel(device).replace(/[^0-9A-Za-z]+/g, "_").replace(/^_+|_+$/g, "") || "unknown_gpu";
}
