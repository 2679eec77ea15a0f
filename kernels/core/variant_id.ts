import { closest } from "./closest.ts";
import {
  type Config,
  foreignReason,
  FORMULATION,
  initialConfig,
  type Space,
  type TunableValue,
  violations,
} from "./space.ts";

/** Prints `family:tunable=value;...`, the one spelling of a variant: trial id, test name, URL and file name. */
export function formatVariant(family: string, config: Config): string {
  return `${family}:${Object.entries(config).map(([name, value]) => `${name}=${value}`).join(";")}`;
}

/** Splits a variant id into family name and raw assignments. Throws SyntaxError where it is no id. */
export function splitVariant(id: string): { family: string; assignments: [string, string][] } {
  const colon = id.indexOf(":");
  const family = colon < 0 ? id : id.slice(0, colon);
  const rest = colon < 0 ? "" : id.slice(colon + 1);
  if (!/^[a-z][a-z0-9_]*$/.test(family)) {
    throw new SyntaxError(
      `Cannot parse variant "${id}": it must look like family:tunable=value;tunable=value`,
    );
  }
  const assignments = rest.split(";").filter((part) => part !== "").map((part): [string, string] => {
    const equals = part.indexOf("=");
    if (equals <= 0) throw new SyntaxError(`Cannot parse variant "${id}": "${part}" is not tunable=value`);
    return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
  });
  return { family, assignments };
}

/**
 * Reads assignments into a legal config: of the formulation named, or the initial one; tunables not named keep their
 * initial value. Throws RangeError for an unknown tunable or value (with the nearest known one), for a tunable of
 * another formulation and for a broken constraint.
 */
export function parseConfig<C extends Config>(
  family: string,
  space: Space<C>,
  assignments: Iterable<readonly [string, unknown]>,
): C {
  const named = new Map<string, TunableValue>();
  for (const [name, raw] of assignments) {
    if (named.has(name)) throw new RangeError(`Tunable ${name} of ${family} is given twice`);
    named.set(name, valueOf(family, space, name, raw));
  }
  const config: Record<string, TunableValue> = initialConfig<Config>(space, named.get(FORMULATION));
  for (const [name, value] of named) {
    const foreign = foreignReason(space, name, config[FORMULATION]);
    if (foreign) throw new RangeError(`Cannot set ${name} of ${family} to ${value}: ${foreign}`);
    config[name] = value;
  }
  const broken = violations(space, config as C);
  if (broken.length > 0) {
    throw new RangeError(`Cannot use ${formatVariant(family, config)}: ${broken.join("; ")}`);
  }
  return config as C;
}

/** The value of a tunable that prints as `raw`. */
function valueOf(family: string, space: Space, name: string, raw: unknown): TunableValue {
  if (!Object.hasOwn(space.tunables, name)) {
    throw new RangeError(
      `Unknown tunable "${name}" of ${family}${closest(name, Object.keys(space.tunables))}`,
    );
  }
  const { values } = space.tunables[name];
  const value = values.find((v) => String(v) === String(raw));
  if (value === undefined) {
    throw new RangeError(`Cannot set ${name} of ${family} to "${raw}": it takes ${values.join(", ")}`);
  }
  return value;
}
