import type { AnyFamily, Axes, BufferSpec, Capabilities, Pass, Plan, Range } from "./family.ts";
import type { Config } from "./space.ts";

export const DTYPE_BYTES = { f32: 4, f16: 2, u32: 4, i32: 4 } as const;

/** Bytes a buffer occupies on the device, rounded up to a multiple of 4. */
export function bufferBytes(buffer: BufferSpec): number {
  return Math.max(4, Math.ceil(buffer.length * DTYPE_BYTES[buffer.dtype] / 4) * 4);
}

/** Bytes of a plan's buffers on the device, of all or of one role. */
export function planBytes({ buffers }: Pick<Plan, "buffers">, role?: BufferSpec["role"]): number {
  return buffers.reduce((sum, b) => sum + (role === undefined || b.role === role ? bufferBytes(b) : 0), 0);
}

/** Bytes of a buffer, or of a part of it, as a binding: rounded up to a multiple of 4. */
export function bindingBytes(buffer: BufferSpec, range?: Range): number {
  return bufferBytes(range ? { ...buffer, length: range.length } : buffer);
}

/** Returns `plan` where every pass and buffer fits `device`; throws RangeError with the first reason where one does not. */
export function fit(plan: Plan, device: Capabilities): Plan {
  const { limits } = device;
  const refuse = (what: string, value: number | string, rule: string) => {
    throw new RangeError(`Cannot run ${plan.id}: ${what} is ${value} and this device allows ${rule}`);
  };
  for (const pass of plan.passes) {
    for (const feature of pass.features) {
      if (!device.features.includes(feature)) {
        throw new RangeError(
          `Cannot run ${plan.id}: pass ${pass.label} needs the feature ${feature}, which this device lacks`,
        );
      }
    }
    checkWorkgroup(pass, device, refuse);
    if (pass.buffers.length > limits.maxStorageBuffersPerShaderStage) {
      refuse(
        `storage buffers of pass ${pass.label}`,
        pass.buffers.length,
        `${limits.maxStorageBuffersPerShaderStage}`,
      );
    }
  }
  for (const buffer of plan.buffers) {
    const bytes = bufferBytes(buffer);
    if (bytes > limits.maxBufferSize) {
      refuse(`buffer ${buffer.name}`, `${bytes} bytes`, `${limits.maxBufferSize}`);
    }
    const bound = plan.passes.flatMap((pass) => pass.buffers.filter((b) => b.name === buffer.name));
    const largest = Math.max(0, ...bound.map((b) => bindingBytes(buffer, b.range)));
    if (largest > limits.maxStorageBufferBindingSize) {
      refuse(`the binding of ${buffer.name}`, `${largest} bytes`, `${limits.maxStorageBufferBindingSize}`);
    }
  }
  return plan;
}

function checkWorkgroup(
  pass: Pass,
  device: Capabilities,
  refuse: (what: string, value: number, rule: string) => void,
) {
  const { limits } = device;
  const [x, y, z] = pass.workgroupSize;
  if (x * y * z > limits.maxComputeInvocationsPerWorkgroup) {
    refuse(
      `workgroup of pass ${pass.label}`,
      x * y * z,
      `${limits.maxComputeInvocationsPerWorkgroup} invocations`,
    );
  }
  if (x > limits.maxComputeWorkgroupSizeX) {
    refuse(`workgroup x of ${pass.label}`, x, `${limits.maxComputeWorkgroupSizeX}`);
  }
  if (y > limits.maxComputeWorkgroupSizeY) {
    refuse(`workgroup y of ${pass.label}`, y, `${limits.maxComputeWorkgroupSizeY}`);
  }
  if (z > limits.maxComputeWorkgroupSizeZ) {
    refuse(`workgroup z of ${pass.label}`, z, `${limits.maxComputeWorkgroupSizeZ}`);
  }
  if (pass.workgroupBytes > limits.maxComputeWorkgroupStorageSize) {
    refuse(
      `workgroup memory of pass ${pass.label}`,
      pass.workgroupBytes,
      `${limits.maxComputeWorkgroupStorageSize} bytes`,
    );
  }
  for (const count of pass.workgroups) {
    if (count > limits.maxComputeWorkgroupsPerDimension) {
      refuse(`workgroup count of pass ${pass.label}`, count, `${limits.maxComputeWorkgroupsPerDimension}`);
    }
  }
}

/** Why a variant cannot run at these sizes on this device; undefined where it can. */
export function refusal(
  family: AnyFamily,
  axes: Axes,
  config: Config,
  device: Capabilities,
): string | undefined {
  try {
    fit(family.plan(axes, config, device), device);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/** Whether a variant can run at these sizes on this device. */
export function canRun(family: AnyFamily, axes: Axes, config: Config, device: Capabilities): boolean {
  return refusal(family, axes, config, device) === undefined;
}
