import type { Config, Space } from "../kernels/core/space.ts";

/** The part of a space in which the pinned tunables have one value. Throws RangeError for a value they can't take. */
export function pin(space: Space, pinned: Config): Space {
  const tunables = { ...space.tunables };
  for (const [name, value] of Object.entries(pinned)) {
    const tunable = tunables[name];
    if (!tunable?.values.includes(value)) {
      throw new RangeError(`Cannot pin ${name} to ${value}: the space has no such value`);
    }
    tunables[name] = { ...tunable, values: [value], initial: value };
  }
  return { tunables, constraints: space.constraints };
}
