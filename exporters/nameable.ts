import type { AnyFamily } from "../kernels/core/family.ts";
import { storageChoices } from "../kernels/core/space.ts";
import { axesProblem } from "../profiles/trial_problem.ts";
import type { Trial } from "../profiles/schema.ts";

/**
 * Whether a trial's call can be named (`problemOf`): it has the sizes and storage types its family has now. Trials of
 * older source code, or a record made by hand, may have others.
 */
export function isNameable(family: AnyFamily, { axes, config }: Pick<Trial, "axes" | "config">): boolean {
  const storage = Object.entries(storageChoices(family.space, config));
  return axesProblem(family, axes) === undefined &&
    storage.every(([name, value]) => family.space.tunables[name].values.includes(value));
}

/** How many trials an export can't name, as a line of its README; none where it names all. */
export function unnamed(count: number, reader: string): string[] {
  if (count === 0) return [];
  const trials = count === 1 ? "1 trial" : `${count} trials`;
  return [`${trials} of older source code, whose sizes or tunables ${reader} no longer has: left out`];
}
