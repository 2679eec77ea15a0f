import type { DeviceRecord } from "../profiles/schema.ts";

/** What tells one adapter from another. */
export type Identity = Pick<DeviceRecord, "vendor" | "architecture" | "device" | "description" | "driver">;

/**
 * Who an adapter is. wgpu gives PCI numbers and the name; Dawn gives words, the name in `device` and the driver in
 * `description`. WebGPU has no field for the driver: where it is empty, whoever opened the adapter may know better.
 */
export function identify(info: GPUAdapterInfo, backend: DeviceRecord["backend"]): Identity {
  const vendor = vendorName(info.vendor);
  const { architecture, description } = info;
  if (backend !== "dawn") {
    return { vendor, architecture, device: deviceId(info.device), description, driver: "" };
  }
  const words = info.device.split("-").filter((word) => word !== "");
  const own = words[0] === vendor ? words.slice(1) : words;
  return {
    vendor,
    architecture,
    device: own.join("-"),
    description: words.map(capitalised).join(" "),
    driver: description,
  };
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** Whether an adapter computes on the CPU: it says so, or its names do. */
export function isSoftware(info: GPUAdapterInfo, description: string): boolean {
  return info.isFallbackAdapter === true ||
    SOFTWARE.test(`${info.vendor} ${info.architecture} ${description}`);
}

/** PCI vendors by id, in the spelling browsers and Dawn use; wgpu gives the number instead. */
const VENDORS: Readonly<Record<number, string>> = {
  0x1002: "amd",
  0x106b: "apple",
  0x10de: "nvidia",
  0x13b5: "arm",
  0x1414: "microsoft",
  0x1ae0: "google",
  0x5143: "qualcomm",
  0x8086: "intel",
  0x10005: "mesa",
};

/** The vendor of an adapter in words: "nvidia" for "4318", anything unknown as it stands. */
export function vendorName(vendor: string): string {
  return /^\d+$/.test(vendor)
    ? VENDORS[Number(vendor)] ?? `0x${Number(vendor).toString(16)}`
    : vendor.toLowerCase();
}

/** The PCI device id in four hex digits, "0x2335" for "9013"; anything that is no number as it stands. */
export function deviceId(device: string): string {
  return /^\d+$/.test(device) ? `0x${Number(device).toString(16).padStart(4, "0")}` : device;
}

const ACRONYMS = new Set(["amd", "gtx", "nvidia", "rtx", "rx", "xt", "xtx"]);

/** Gives a word its capitals back, which Dawn takes: "NVIDIA", "H200", "Radeon". */
function capitalised(word: string): string {
  if (ACRONYMS.has(word) || /\d/.test(word)) return word.toUpperCase();
  return word.charAt(0).toUpperCase() + word.slice(1);
}
