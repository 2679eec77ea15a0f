import { closest } from "./closest.ts";
import type { AnyFamily, Axes } from "./family.ts";

/** Fills the axes not given with the family's defaults. Throws RangeError for an unknown letter or an illegal size. */
export function completeAxes(family: AnyFamily, given: Readonly<Record<string, number>>): Axes {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(family.axes, name)) {
      throw new RangeError(
        `Unknown axis "${name}" of ${family.name}${closest(name, Object.keys(family.axes))}`,
      );
    }
  }
  const axes: Record<string, number> = {};
  for (const [name, spec] of Object.entries(family.axes)) {
    const value = given[name] ?? spec.initial;
    checkAxis(family, name, value);
    axes[name] = value;
  }
  return axes;
}

/** Throws RangeError where `value` is no legal size of an axis. */
export function checkAxis(family: AnyFamily, name: string, value: number): void {
  const { min, max, oneOf } = family.axes[name];
  const isLegal = Number.isInteger(value) && value >= min && value <= max && (oneOf?.includes(value) ?? true);
  if (isLegal) return;
  const rule = oneOf ? `one of ${oneOf.join(", ")}` : `an integer from ${min} to ${max}`;
  throw new RangeError(`Cannot size ${family.name} with ${name}=${value}: it must be ${rule}`);
}

/** Prints axes as `B=1,T=8192`, in the family's order. */
export function formatAxes(axes: Axes): string {
  return Object.entries(axes).map(([name, value]) => `${name}=${value}`).join(",");
}

/** Reads `B=1,T=8192`. Throws SyntaxError where it is something else. */
export function parseAxes(text: string): Record<string, number> {
  const axes: Record<string, number> = {};
  for (const part of text.split(",").map((p) => p.trim()).filter((p) => p !== "")) {
    const match = /^([A-Za-z]\w*)=(\d+)$/.exec(part);
    if (!match) {
      throw new SyntaxError(
        `Cannot parse workload "${text}": "${part}" is not AXIS=NUMBER, as in B=1,T=8192`,
      );
    }
    if (match[1] in axes) {
      throw new SyntaxError(`Cannot parse workload "${text}": ${match[1]} is given twice`);
    }
    axes[match[1]] = Number(match[2]);
  }
  return axes;
}
