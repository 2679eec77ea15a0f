// @ts-self-types="./index.d.ts"
// @ts-check
// Tuned kernels for WebGPU, without a dependency: `const kda = await load(device, "kda_prefill")`.
import { describe, requestDevice } from "./device.js";
import { devices, families } from "./families.js";
import { Kernel } from "./kernel.js";

export { requestDevice };

/**
 * A kernel family on a device; see index.d.ts.
 * @param {GPUDevice} device
 * @param {string} [name] May be left out where the bundle has one family.
 * @param {{ storage?: Record<string, string>, variant?: string, adapterInfo?: GPUAdapterInfo }} [options]
 */
export async function load(device, name, options = {}) {
  const names = Object.keys(families);
  const family = name ?? (names.length === 1 ? names[0] : "");
  const source = Object.hasOwn(families, family) ? families[family] : undefined;
  if (!source) throw new RangeError(`No family "${family}" is in this bundle: it has ${names.join(", ")}`);
  const [data, own] = await Promise.all([source(), describe(device, options.adapterInfo)]);
  return new Kernel(device, own, { name: family, devices, ...data }, options);
}
