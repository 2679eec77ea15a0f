import { closest } from "./closest.ts";

/** One kind of inputs: what is hard about it, in words that every surface shows. */
export interface Regime {
  readonly doc: string;
}

/** Inputs of no regime: a family's usual ones. No regime may take the name. */
export const ORDINARY = "ordinary";

/** The words of a family's regimes, by name. */
export function regimeDocs(regimes: Readonly<Record<string, Regime>>): Record<string, string> {
  return Object.fromEntries(Object.entries(regimes).map(([name, { doc }]) => [name, doc]));
}

/** The regime of that name, undefined for the ordinary inputs. Throws RangeError with the nearest known name. */
export function regimeNamed<R extends Regime>(
  regimes: Readonly<Record<string, R>>,
  name: string = ORDINARY,
): R | undefined {
  if (name === ORDINARY) return undefined;
  if (Object.hasOwn(regimes, name)) return regimes[name];
  throw new RangeError(`Unknown inputs "${name}"${closest(name, [ORDINARY, ...Object.keys(regimes)])}`);
}
