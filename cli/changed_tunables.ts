import type { Config } from "../kernels/core/space.ts";
import { familyNamed } from "../kernels/mod.ts";

/** A variant's id as `--config` takes it, less what it has of its family's default. */
export function changedTunables(family: string, config: Config): string {
  const { tunables } = familyNamed(family).space;
  const parts = Object.keys(config).filter((name) => config[name] !== tunables[name]?.initial)
    .map((name) => `${name}=${config[name]}`);
  return parts.length > 0 ? `${family}:${parts.join(";")}` : family;
}
