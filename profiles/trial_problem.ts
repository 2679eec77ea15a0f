import type { AnyFamily, Axes } from "../kernels/core/family.ts";
import { completeAxes } from "../kernels/core/axes.ts";
import { formatVariant, parseConfig } from "../kernels/core/variant_id.ts";
import type { Trial } from "./schema.ts";

/** Why a trial is of no variant or size its family has, as it is now; undefined where it is of one. */
export function trialProblem(family: AnyFamily, { variant, config, axes }: Trial): string | undefined {
  try {
    const own = parseConfig(family.name, family.space, Object.entries(config));
    const wrong = axesProblem(family, axes);
    if (wrong !== undefined) return wrong;
    const other = Object.keys(own).find((name) => config[name] !== own[name]);
    if (other !== undefined && other in config) {
      return `its ${other} is ${JSON.stringify(config[other])}, which must be ${JSON.stringify(own[other])}`;
    }
    return variant === formatVariant(family.name, own) ? undefined : `${variant} is not its config's variant`;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/** Why these are not the axes of a call of the family, every one of them; undefined where they are. */
export function axesProblem(family: AnyFamily, axes: Axes): string | undefined {
  try {
    completeAxes(family, axes);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
  const missing = Object.keys(family.axes).find((name) => !(name in axes));
  return missing && `it has no axis ${missing}, which ${family.name} has`;
}
