import { canRun } from "../../kernels/core/fit.ts";
import type { AnyFamily, Axes, Capabilities } from "../../kernels/core/family.ts";
import { Random } from "../../kernels/core/random.ts";
import {
  type Config,
  FORMULATION,
  formulations,
  initialConfig,
  tunablesRead,
} from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { legalConfigs } from "../contracts/legal_configs.ts";

/** One seed for all tests, so that the adapter's shader cache serves the second that wants a variant. */
export const SEED = 20261123;

/** The initial config of each formulation that fits, the default first. */
export function initialConfigs(family: AnyFamily, axes: Axes, device: Capabilities): Config[] {
  const { space } = family;
  const initial = initialConfig<Config>(space);
  const others = formulations(space).filter((f) => f !== initial[FORMULATION])
    .map((f) => initialConfig<Config>(space, f));
  return [initial, ...others.filter((config) => canRun(family, axes, config, device))];
}

/**
 * `count` different configs that fit. Each has its formulation chosen first and one value of one tunable second, since
 * what few variants have would hardly ever come up among all.
 */
export function sampleConfigs(
  family: AnyFamily,
  axes: Axes,
  device: Capabilities,
  count: number,
  seed: number,
): Config[] {
  const random = new Random(seed);
  const { space } = family;
  const all = formulations(space);
  const chosen = new Map<string, Config>();
  for (let draws = 0; chosen.size < count && draws < 100 * count; draws++) {
    const formulation = all[random.below(all.length)];
    const tunables = tunablesRead(space, formulation);
    const [name, { values }] = tunables[random.below(tunables.length)];
    const value = values[random.below(values.length)];
    const having = legalConfigs(space).filter((c) => c[FORMULATION] === formulation && c[name] === value);
    if (having.length === 0) continue;
    const config = having[random.below(having.length)];
    if (canRun(family, axes, config, device)) chosen.set(formatVariant(family.name, config), config);
  }
  return [...chosen.values()];
}
