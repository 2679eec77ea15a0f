import { canRun } from "../../kernels/core/fit.ts";
import type { AnyFamily, Axes, Capabilities } from "../../kernels/core/family.ts";
import { Random } from "../../kernels/core/random.ts";
import type { Config } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { legalConfigs } from "../contracts/legal_configs.ts";

/** One seed for all tests, so that the adapter's shader cache serves the second that wants a variant. */
export const SEED = 20261123;

/**
 * `count` different configs that fit. Each has one value of one tunable chosen first, since a form with few variants
 * (kda_prefill's recurrent one has 72 of 4888) would hardly ever come up among all.
 */
export function sampleConfigs(
  family: AnyFamily,
  axes: Axes,
  device: Capabilities,
  count: number,
  seed: number,
): Config[] {
  const random = new Random(seed);
  const tunables = Object.entries(family.space.tunables);
  const chosen = new Map<string, Config>();
  for (let draws = 0; chosen.size < count && draws < 100 * count; draws++) {
    const [name, { values }] = tunables[random.below(tunables.length)];
    const value = values[random.below(values.length)];
    const having = legalConfigs(family.space).filter((c) => c[name] === value);
    if (having.length === 0) continue;
    const config = having[random.below(having.length)];
    if (canRun(family, axes, config, device)) chosen.set(formatVariant(family.name, config), config);
  }
  return [...chosen.values()];
}
