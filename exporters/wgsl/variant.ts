import type { AnyFamily, Axes, Capabilities, Param, Pass } from "../../kernels/core/family.ts";
import { fit } from "../../kernels/core/fit.ts";
import type { Launch, LaunchPass } from "../../kernels/core/launch.ts";
import { type Config, storageChoices } from "../../kernels/core/space.ts";
import { bucketClasses } from "../../profiles/buckets.ts";
import type { ManifestVariant } from "./manifest.ts";

/** A variant of the manifest, with its texts in the order of its passes; files are named later. */
export interface BundledVariant {
  readonly variant: ManifestVariant;
  readonly texts: readonly string[];
}

/** What a variant stands for, beside its config. */
export type Origin = Pick<ManifestVariant, "device" | "bucket" | "measured" | "sourceHash">;

/** More than any binding: a text is made for tensors in one buffer each, and the loader looks whether they fit. */
export const UNBOUND = 2 ** 45;

/**
 * The variants of a config: one for each text its sizes need. WGSL is written as the standard has it, with `enable
 * subgroups`. Throws RangeError where the config can't run on the device, or its family has no formulas.
 */
export function bundleVariants(
  family: AnyFamily,
  config: Config,
  axes: Axes,
  device: Capabilities,
  origin: Origin,
): BundledVariant[] {
  if (!family.launches) {
    throw new RangeError(`Cannot export ${family.name} as WGSL: the family has no launches()`);
  }
  const unbound: Capabilities = {
    ...device,
    engine: "tint",
    limits: { ...device.limits, maxStorageBufferBindingSize: UNBOUND, maxBufferSize: UNBOUND },
  };
  return family.launches(axes, config, unbound).map((launch) => {
    const plan = fit(family.plan(launch.sample, config, unbound), unbound);
    const scaled = family.plan(launch.sample, config, unbound, { scale: 1 });
    const passes = launch.passes.map(({ label }) => plan.passes.findIndex((pass) => pass.label === label));
    const missing = passes.indexOf(-1);
    if (missing >= 0) throw new Error(`${plan.id} has no pass ${launch.passes[missing].label} at its sample`);
    const exact = Object.entries(family.axes).filter(([, { oneOf }]) => oneOf).map((
      [name],
    ) => [name, axes[name]]);
    const texts = passes.map((at) => plan.passes[at].code);
    const variant: ManifestVariant = {
      id: plan.id,
      config,
      ...origin,
      classes: origin.bucket === undefined ? {} : bucketClasses(origin.bucket),
      exact: Object.fromEntries(exact),
      storage: storageChoices(family.space, config),
      tolerance: plan.tolerance,
      requires: requirements(plan.passes, unbound),
      lets: launch.lets,
      holds: [...launch.holds],
      loops: [...launch.loops],
      buffers: plan.buffers.map(({ name, dtype, role }) => ({
        name,
        dtype,
        role,
        length: launch.lengths[name],
      })),
      passes: passes.map((at, i) =>
        manifestPass(plan.passes[at], scaled.passes[at].params, launch.passes[i], launch)
      ),
    };
    return { variant, texts };
  });
}

function manifestPass(pass: Pass, scaled: readonly Param[], launch: LaunchPass, { sample }: Launch) {
  return {
    label: pass.label,
    file: "",
    entryPoint: pass.entryPoint,
    features: [...pass.features],
    workgroupSize: [...pass.workgroupSize] as [number, number, number],
    workgroupBytes: pass.workgroupBytes,
    params: pass.params.map(({ name, type, value }, i) => {
      if (type === "f32") return { name, type, value, perScale: scaled[i].value };
      const formula = launch.params[name];
      if (formula !== undefined) return { name, type, value: formula };
      throw new Error(`Pass ${pass.label} has no formula for ${name} at ${JSON.stringify(sample)}`);
    }),
    bindings: pass.buffers.map(({ name, access }, i) => ({ binding: i + 1, buffer: name, access })),
    workgroups: [...launch.workgroups] as [string, string, string],
  };
}

/** What a device must grant: features, limits above what WebGPU promises or not, and the subgroups the texts count on. */
function requirements(passes: readonly Pass[], device: Capabilities): ManifestVariant["requires"] {
  const features = [...new Set(passes.flatMap((pass) => pass.features))];
  const most = (of: (pass: Pass) => number) => Math.max(...passes.map(of));
  const cooperative = features.some((name) => name.includes("subgroup"));
  const matrix = features.some((name) => name.includes("matrix"));
  return {
    features,
    limits: {
      maxComputeWorkgroupStorageSize: most((pass) => pass.workgroupBytes),
      maxComputeInvocationsPerWorkgroup: most(({ workgroupSize: [x, y, z] }) => x * y * z),
      maxComputeWorkgroupSizeX: most((pass) => pass.workgroupSize[0]),
      maxComputeWorkgroupSizeY: most((pass) => pass.workgroupSize[1]),
      maxComputeWorkgroupSizeZ: most((pass) => pass.workgroupSize[2]),
      maxStorageBuffersPerShaderStage: most((pass) => pass.buffers.length),
    },
    ...(cooperative && device.subgroupSize && { subgroupSize: { ...device.subgroupSize } }),
    ...(matrix && device.subgroupMatrices && { subgroupMatrices: halfInSingle(device.subgroupMatrices) }),
  };
}

/** Matrices of f16 summed in f32, the only ones kernels multiply. */
function halfInSingle(matrices: NonNullable<Capabilities["subgroupMatrices"]>) {
  return matrices.filter((m) => m.componentType === "f16" && m.resultComponentType === "f32").map((m) => ({
    ...m,
  }));
}
