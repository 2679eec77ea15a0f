import type { Config } from "../../kernels/core/space.ts";
import { families } from "../../kernels/mod.ts";

/** What a config has other than its family's initial values, as in `tileV=64;elem=f16`; all of it for an unknown family. */
export function tunableChanges(family: string, config: Config): string {
  const tunables = families.find(({ name }) => name === family)?.space.tunables;
  const changed = Object.keys(config).filter((name) => config[name] !== tunables?.[name]?.initial);
  return changed.map((name) => `${name}=${config[name]}`).join(";") || "the default";
}
