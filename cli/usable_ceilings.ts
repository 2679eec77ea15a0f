import type { Ceilings, Profile } from "../profiles/schema.ts";
import { matrixPlans } from "../tuner/matrix_rate.ts";
import type { GpuProcess } from "./gpu_process.ts";

/** Stored ceilings, where they were measured under the same driver and lack none the device has. */
export function usableCeilings(profile: Profile | undefined, gpu: GpuProcess): Ceilings | undefined {
  if (profile?.device.driver !== gpu.record.driver) return undefined;
  const isWhole = profile.ceilings?.matrixTflops !== undefined ||
    matrixPlans(gpu.capabilities, 1, 1).length === 0;
  return isWhole ? profile.ceilings : undefined;
}
