import type { AnyFamily, Capabilities } from "../kernels/core/family.ts";
import { type Config, initialConfig } from "../kernels/core/space.ts";

/** The storage wanted of a family's tensors, or nothing (its initial one) where the device can't have that. */
export function possibleStorage(family: AnyFamily, wanted: Config, device: Capabilities): Config {
  try {
    return missingFeature(family, wanted, device) === undefined ? wanted : {};
  } catch (error) {
    if (error instanceof RangeError) return {};
    throw error;
  }
}

/** A feature these storage types need and the device lacks; undefined where it has all. Throws RangeError as `plan` does. */
export function missingFeature(
  { axes, space, plan }: AnyFamily,
  storage: Config,
  device: Capabilities,
): string | undefined {
  const sizes = Object.fromEntries(Object.entries(axes).map(([axis, spec]) => [axis, spec.initial]));
  return plan(sizes, { ...initialConfig(space), ...storage }, device).passes
    .flatMap((pass) => pass.features).find((feature) => !device.features.includes(feature));
}
