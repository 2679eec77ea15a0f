import { closest } from "./core/closest.ts";
import type { AnyFamily } from "./core/family.ts";
import { gdnDecode } from "./gdn_decode/mod.ts";
import { gdnPrefill } from "./gdn_prefill/mod.ts";
import { gqaDecode } from "./gqa_decode/mod.ts";
import { kdaDecode } from "./kda_decode/mod.ts";
import { kdaPrefill } from "./kda_prefill/mod.ts";
import { mlaDecode } from "./mla_decode/mod.ts";
import { mlaPrefill } from "./mla_prefill/mod.ts";

/** Every kernel family; a new one is one line here. */
export const families: readonly AnyFamily[] = [
  kdaDecode,
  kdaPrefill,
  gdnDecode,
  gdnPrefill,
  mlaDecode,
  mlaPrefill,
  gqaDecode,
];

/** The family of that name. Throws RangeError with the nearest known one. */
export function familyNamed(name: string): AnyFamily {
  const family = families.find((f) => f.name === name);
  if (!family) throw new RangeError(`Unknown family "${name}"${closest(name, families.map((f) => f.name))}`);
  return family;
}
