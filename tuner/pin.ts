import {
  type Config,
  foreignReason,
  FORMULATION,
  formulations,
  type Space,
  tunablesRead,
} from "../kernels/core/space.ts";

/**
 * The part of a space in which the pinned tunables have one value: formulations that do not read them are left out.
 * Throws RangeError for a value they can't take, and for tunables that no one formulation reads.
 */
export function pin(space: Space, pinned: Config): Space {
  const tunables = { ...space.tunables };
  for (const [name, value] of Object.entries(pinned)) {
    const tunable = tunables[name];
    if (!tunable?.values.includes(value)) {
      throw new RangeError(`Cannot pin ${name} to ${value}: the space has no such value`);
    }
    tunables[name] = { ...tunable, values: [value], initial: value };
  }
  if (!tunables[FORMULATION]) return { tunables, constraints: space.constraints };
  return {
    tunables: withFormulationsThatRead(tunables, Object.keys(pinned)),
    constraints: space.constraints,
  };
}

/** Tunables of the formulations that read all `names`. */
function withFormulationsThatRead(tunables: Space["tunables"], names: readonly string[]): Space["tunables"] {
  const space = { tunables, constraints: [] };
  const reasons = (formulation: Config[string] | undefined) =>
    names.flatMap((name) => foreignReason(space, name, formulation) ?? []);
  const left = formulations(space).filter((formulation) =>
    reasons(formulation).length === 0
  ) as Config[string][];
  const { initial } = tunables[FORMULATION];
  if (left.length === 0) throw new RangeError(`Cannot pin ${names.join(", ")}: ${reasons(initial)[0]}`);
  const read = new Set(left.flatMap((formulation) => tunablesRead(space, formulation).map(([name]) => name)));
  const formulation = {
    ...tunables[FORMULATION],
    values: left,
    initial: left.includes(initial) ? initial : left[0],
  };
  return Object.fromEntries(
    Object.entries({ ...tunables, [FORMULATION]: formulation }).filter(([name]) => read.has(name)),
  );
}
