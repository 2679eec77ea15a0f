import type { Capabilities, Limits, SubgroupMatrix } from "../kernels/core/family.ts";
import type { DeviceRecord } from "../profiles/schema.ts";
import { definePass, SUBGROUP_MATRIX } from "../kernels/core/pass.ts";
import { identify, isSoftware } from "./adapter_identity.ts";
import { Execution } from "./executor.ts";
import { PipelineCache } from "./pipeline_cache.ts";
import subgroupSizeCode from "./subgroup_size.wgsl" with { type: "text" };

/** An adapter's device with everything a plan may ask for, and who it is. */
export interface OpenDevice {
  readonly device: GPUDevice;
  readonly capabilities: Capabilities;
  readonly record: DeviceRecord;
}

const WANTED = ["timestamp-query", "shader-f16", "subgroups", SUBGROUP_MATRIX];
const LIMITS: readonly (keyof Limits)[] = [
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

/**
 * Opens `adapter` with its largest limits and every feature kernels use; `runtime` names what runs it, with versions.
 * Deno's own WebGPU grants `subgroups` without listing it, so the feature is asked for and then looked up on the device.
 */
export async function openDevice(
  adapter: GPUAdapter,
  backend: DeviceRecord["backend"],
  runtime: string,
): Promise<OpenDevice> {
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])) as unknown as Limits;
  const device = await requestWith(adapter, limits, backend === "builtin" ? ["subgroups"] : []);
  const engine = backend === "builtin" ? "naga" : "tint";
  const features = [...WANTED.filter((name) => device.features.has(name))];
  const info = adapter.info;
  let capabilities: Capabilities = { engine, features, limits };
  if (features.includes("subgroups")) {
    const size = await measureSubgroupSize(device, capabilities);
    if (size) capabilities = { ...capabilities, subgroupSize: size };
    else capabilities = { ...capabilities, features: features.filter((f) => f !== "subgroups") };
  }
  const subgroupMatrices = features.includes(SUBGROUP_MATRIX) ? matrixConfigs(info) : [];
  if (subgroupMatrices.length > 0) capabilities = { ...capabilities, subgroupMatrices };
  const identity = identify(info, backend);
  const record: DeviceRecord = {
    ...identity,
    backend,
    runtime,
    software: isSoftware(info, identity.description),
    features: [...capabilities.features],
    limits: { ...limits },
    ...(capabilities.subgroupSize && { subgroupSize: { ...capabilities.subgroupSize } }),
    ...(subgroupMatrices.length > 0 && { subgroupMatrices }),
  };
  return { device, capabilities, record };
}

/** The matrix shapes an adapter multiplies within a subgroup; not in the WebGPU standard yet, so absent in most. */
function matrixConfigs(info: GPUAdapterInfo): SubgroupMatrix[] {
  const listed = (info as { subgroupMatrixConfigs?: Iterable<Record<keyof SubgroupMatrix, never>> })
    .subgroupMatrixConfigs;
  return [...listed ?? []].map(({ componentType, resultComponentType, M, N, K }) => ({
    componentType,
    resultComponentType,
    M,
    N,
    K,
  }));
}

/** A device with all that is listed, and with what is not listed but granted all the same. */
async function requestWith(adapter: GPUAdapter, limits: Limits, unlisted: string[]): Promise<GPUDevice> {
  const listed = WANTED.filter((name) => adapter.features.has(name));
  const requiredLimits = { ...limits };
  for (const features of [[...new Set([...listed, ...unlisted])], listed]) {
    try {
      return await adapter.requestDevice({ requiredFeatures: features as GPUFeatureName[], requiredLimits });
    } catch (error) {
      if (!(error instanceof TypeError) || features === listed) throw error;
    }
  }
  throw new Error("unreachable");
}

/** Asks the GPU, as not every implementation tells. Undefined where a subgroup shader does not compile or run. */
async function measureSubgroupSize(device: GPUDevice, capabilities: Capabilities) {
  try {
    const execution = await Execution.prepare(device, {
      id: "subgroup_size",
      buffers: [{ name: "sizes", dtype: "u32", length: 64, role: "output", to: "sizes" }],
      passes: [definePass(capabilities, {
        label: "subgroup_size",
        code: subgroupSizeCode,
        features: ["subgroups"],
        params: [],
        buffers: ["*sizes"],
        workgroups: [1, 1, 1],
      })],
      tolerance: 0,
    }, new PipelineCache());
    execution.upload({});
    execution.run();
    const sizes = (await execution.download()).sizes.data as Int32Array;
    execution.destroy();
    const min = Math.min(...sizes);
    const max = Math.max(...sizes);
    return min >= 1 && max <= 128 ? { min, max } : undefined;
  } catch {
    return undefined;
  }
}
