import { storageChoices } from "../kernels/core/space.ts";
import { familyNamed } from "../kernels/mod.ts";
import type { Winner } from "../profiles/schema.ts";

/**
 * Orders winners for a reader that keeps one config for every workload: fewest sequences first, then the most tokens,
 * then 16-bit storage before f32.
 */
export function byWorkload(a: Winner, b: Winner): number {
  return sequences(a) - sequences(b) || tokens(b) - tokens(a) || wide(a) - wide(b);
}

const sequences = ({ axes }: Winner) => axes.B ?? axes.N;
const tokens = ({ axes }: Winner) => axes.T ?? axes.S ?? 1;
const wide = ({ family, config }: Winner) =>
  Object.values(storageChoices(familyNamed(family).space, config)).filter((type) => type === "f32").length;
