// What the tests of kda_prefill's plans share: a device to limit, the initial configs, and looks into a plan.
import type { Capabilities, Plan } from "../../kernels/core/family.ts";
import { bufferBytes } from "../../kernels/core/fit.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { kdaPrefill } from "../../kernels/kda_prefill/mod.ts";
import { DESKTOP_DEVICE } from "../contracts/devices.ts";

export const GIB = 2 ** 30;

export function deviceWith(
  limits: Partial<Capabilities["limits"]>,
  features = ["shader-f16", "subgroups"],
): Capabilities {
  return {
    engine: "naga",
    features,
    subgroupSize: { min: 32, max: 32 },
    limits: {
      ...DESKTOP_DEVICE.limits,
      maxStorageBuffersPerShaderStage: 8,
      maxStorageBufferBindingSize: 4 * GIB - 4,
      ...limits,
    },
  };
}

export const initial = initialConfig(kdaPrefill.space);
export const recurrent = initialConfig(kdaPrefill.space, "recurrent");
export const scratchBytes = (plan: Plan) =>
  plan.buffers.filter((b) => b.role === "scratch").reduce((sum, b) => sum + bufferBytes(b), 0);
export const param = (plan: Plan, pass: number, name: string) =>
  plan.passes[pass].params.find((p) => p.name === name)!.value;
