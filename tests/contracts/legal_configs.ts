import type { AnyFamily, Axes, Capabilities } from "../../kernels/core/family.ts";
import { fit } from "../../kernels/core/fit.ts";
import { type Config, enumerateConfigs, type Space } from "../../kernels/core/space.ts";

const listed = new Map<Space, readonly Config[]>();

/** All legal configs of a space, listed once a process: mla_decode's take a second. */
export function legalConfigs(space: Space): readonly Config[] {
  const known = listed.get(space) ?? [...enumerateConfigs(space)];
  listed.set(space, known);
  return known;
}

/** Whether the device takes this config at these sizes. An error that is no refusal is thrown on. */
export function fits(family: AnyFamily, axes: Axes, config: Config, device: Capabilities): boolean {
  try {
    fit(family.plan(axes, config, device), device);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
