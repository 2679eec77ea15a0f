import type { DeviceRecord } from "../../profiles/schema.ts";
import { gpuModel } from "../gpu_model.ts";

/** Data center GPUs whose memory, socket and board vLLM leaves out of the name. */
const BOARDS = /^(nvidia_[ahv]\d00|tesla_v100)(?:_(?:pcie|nvl|sxm\d|\d+gb|hbm\d+e?))+$/;

/**
 * The name vLLM has for a GPU's config file: lower case with underscores, without the board of a data center GPU. Signs
 * that not every disk takes are `_`. Throws RangeError for a device without a name.
 */
export function gpuName(device: Pick<DeviceRecord, "description">): string {
  const name = gpuModel(device).toLowerCase().replace(/[ -]/g, "_");
  if (name === "") {
    throw new RangeError(
      `Cannot name vLLM's config file: the device's description is "${device.description}", and the file is looked for by ` +
        `the GPU's name; export a profile whose adapter tells its name`,
    );
  }
  return (name.match(BOARDS)?.[1] ?? name).replace(/^\.|[^a-z0-9._-]+/g, "_");
}
