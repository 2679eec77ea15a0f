import { type Config, type Space } from "../../kernels/core/space.ts";
import { enumerateConfigs } from "../../kernels/core/walk_space.ts";

const listed = new Map<Space, readonly Config[]>();

/** All legal configs of a space, listed once a process: mla_decode's take a second. */
export function legalConfigs(space: Space): readonly Config[] {
  const known = listed.get(space) ?? [...enumerateConfigs(space)];
  listed.set(space, known);
  return known;
}
