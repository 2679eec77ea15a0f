// @ts-check
// What a device is and grants, and how near it is to those the kernels were tuned on.

/** PCI vendors, which some implementations give as numbers. */
const VENDORS = /** @type {Record<string, string>} */ ({
  4098: "amd",
  4203: "apple",
  4318: "nvidia",
  5045: "arm",
  5140: "microsoft",
  6880: "google",
  20803: "qualcomm",
  32902: "intel",
  65541: "mesa",
});
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic-render/;
const LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBuffersPerShaderStage",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
];
const WANTED = ["shader-f16", "subgroups", "chromium-experimental-subgroup-matrix", "timestamp-query"];

/** What adapters told of themselves, by their devices: devices tell less (Dawn's leave out the matrix unit's shapes). */
const infos = /** @type {WeakMap<GPUDevice, GPUAdapterInfo>} */ (new WeakMap());

/**
 * A device with every feature and limit kernels may use. Deno grants subgroups without listing them, so they are asked
 * for and then looked up.
 * @param {GPUAdapter} adapter
 */
export async function requestDevice(adapter) {
  const limits = Object.fromEntries(LIMITS.map((name) => [name, /** @type {any} */ (adapter.limits)[name]]));
  const listed = WANTED.filter((name) => adapter.features.has(name));
  for (const names of [[...new Set([...listed, "subgroups"])], listed]) {
    try {
      const requiredFeatures = /** @type {GPUFeatureName[]} */ (names);
      const device = await adapter.requestDevice({ requiredFeatures, requiredLimits: limits });
      infos.set(device, adapter.info);
      return device;
    } catch (error) {
      if (names === listed || names.length === listed.length) throw error;
    }
  }
  throw new Error("unreachable");
}

/** @param {string | undefined} text */
const words = (text) => (text ?? "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

/** @type {WeakMap<GPUDevice, { given?: GPUAdapterInfo, own: ReturnType<typeof ask> }>} */
const described = new WeakMap();

/**
 * Who a device is and what it grants; asked once a device, and again for another adapter's info or where it failed.
 * @param {GPUDevice} device
 * @param {GPUAdapterInfo | undefined} given The adapter's info, where the device has none.
 */
export function describe(device, given) {
  const known = described.get(device);
  if (known && (given === undefined || given === known.given)) return known.own;
  const own = ask(device, given);
  described.set(device, { given, own });
  own.catch(() => described.delete(device));
  return own;
}

/**
 * @param {GPUDevice} device
 * @param {GPUAdapterInfo | undefined} given
 */
async function ask(device, given) {
  const info = /** @type {any} */ (given ?? infos.get(device) ?? device.adapterInfo ?? {});
  const vendor = VENDORS[info.vendor] ?? words(info.vendor);
  const names = [words(info.device), words(info.description)].filter((name) => name !== "");
  const limits = /** @type {any} */ (device.limits);
  const subgroups = device.features.has("subgroups");
  // naga has subgroups and refuses the line; undefined where there are none to tell by.
  const naga = subgroups ? await refuses(device, "enable subgroups;") : undefined;
  const { subgroupMinSize: min, subgroupMaxSize: max } = info;
  return {
    vendor,
    architecture: words(info.architecture),
    names,
    software: info.isFallbackAdapter === true || SOFTWARE.test(`${vendor} ${info.architecture} ${names}`),
    naga,
    features: device.features,
    limits,
    maxBinding: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
    maxGroups: limits.maxComputeWorkgroupsPerDimension,
    // Where the driver may choose, variants were tuned for what it chose.
    subgroupSize: subgroups && !(min === max && min > 0)
      ? await measureSubgroups(device, naga)
      : { min, max },
    matrices: [...info.subgroupMatrixConfigs ?? []],
  };
}

/** @typedef {Awaited<ReturnType<typeof ask>>} Described */

/**
 * @param {GPUDevice} device
 * @param {string} directive
 */
async function refuses(device, directive) {
  device.pushErrorScope("validation");
  device.createShaderModule({ code: `${directive}\n@compute @workgroup_size(1) fn main() {}` });
  return await device.popErrorScope() !== null;
}

/**
 * The subgroup sizes that 64 invocations see.
 * @param {GPUDevice} device
 * @param {boolean | undefined} naga
 */
async function measureSubgroups(device, naga) {
  const code = `${naga ? "" : "enable subgroups;"}
@group(0) @binding(0) var<storage, read_write> sizes: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) i: u32, @builtin(subgroup_size) size: u32) {
  sizes[i] = size;
}`;
  const compute = { module: device.createShaderModule({ code }), entryPoint: "main" };
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute });
  const sizes = device.createBuffer({ size: 256, usage: 0x80 | 0x04 }); // STORAGE | COPY_SRC
  const copy = device.createBuffer({ size: 256, usage: 0x08 | 0x01 }); // COPY_DST | MAP_READ
  const layout = pipeline.getBindGroupLayout(0);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: sizes } }] }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(sizes, 0, copy, 0, 256);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(1);
  const seen = [...new Uint32Array(copy.getMappedRange())];
  for (const buffer of [sizes, copy]) buffer.destroy();
  return { min: Math.min(...seen), max: Math.max(...seen) };
}

/**
 * How near a tuned device is: 0 the same adapter, 1 its architecture, 2 its vendor; undefined: it says nothing.
 * @param {any} known A device of the manifest.
 * @param {Described} own
 */
export function rungOf(known, own) {
  if (known.software !== own.software || known.vendor !== own.vendor) return undefined;
  if (own.names.includes(words(known.description)) || own.names.includes(words(known.device))) return 0;
  if (known.vendor === "") return undefined;
  return known.architecture !== "" && words(known.architecture) === own.architecture ? 1 : 2;
}

/**
 * Why a variant can't run on a device; undefined where it can.
 * @param {any} variant
 * @param {Described} own
 */
export function refusal({ requires: { features, limits, subgroupSize, subgroupMatrices = [] } }, own) {
  for (const name of features) if (!own.features.has(name)) return `it needs the feature ${name}`;
  for (const name in limits) {
    if (limits[name] > own.limits[name]) {
      return `it needs ${name} of ${limits[name]}, the device has ${own.limits[name]}`;
    }
  }
  const { min, max } = own.subgroupSize;
  if (subgroupSize && (subgroupSize.min !== min || subgroupSize.max !== max)) {
    return `it counts on subgroups of ${subgroupSize.min} to ${subgroupSize.max}, the device has ${min} to ${max}`;
  }
  for (const wanted of subgroupMatrices) {
    const there = own.matrices.some((m) => Object.keys(wanted).every((key) => m[key] === wanted[key]));
    if (!there) return `it counts on matrices of ${wanted.M}x${wanted.N}x${wanted.K}`;
  }
  return undefined;
}
