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
