import type { Config, Constraint, TunableValue } from "../../kernels/core/space.ts";
import { pythonLiteral } from "../plain_value.ts";

/** A rule of a T1 space: a Python expression over the tunables it names. */
export interface Condition {
  readonly Parameters: readonly string[];
  readonly Expression: string;
}

/** Names and values of a space's tunables, in order. */
export type Values = readonly (readonly [name: string, values: readonly TunableValue[]])[];

/**
 * A constraint as the list of what it allows, or forbids where that is shorter: `(tileV, rowsPerThread) not in
 * [(8, 32), ...]`. Exact, for it is the constraint's own answers; undefined where it forbids nothing.
 */
export function conditionOf(constraint: Constraint, values: Values): Condition | undefined {
  const read = readBy(constraint, values);
  const allowed: Config[] = [];
  const forbidden: Config[] = [];
  for (const config of configs(read)) (constraint.holds(config) ? allowed : forbidden).push(config);
  if (forbidden.length === 0) return undefined;
  const names = read.map(([name]) => name);
  const list = (some: Config[]) =>
    `[${some.map((c) => tuple(names.map((n) => pythonLiteral(c[n])))).join(", ")}]`;
  const membership = allowed.length < forbidden.length ? `in ${list(allowed)}` : `not in ${list(forbidden)}`;
  return { Parameters: names, Expression: `${tuple(names)} ${membership}` };
}

const tuple = (parts: readonly string[]) => parts.length === 1 ? parts[0] : `(${parts.join(", ")})`;

/** The tunables a constraint reads: walks the values of those it is known to read until it asks for no other. */
function readBy(constraint: Constraint, values: Values): Values {
  const first = Object.fromEntries(values.map(([name, [value]]) => [name, value]));
  const names = new Set<string>();
  for (let known = -1; known < names.size;) {
    known = names.size;
    for (const config of configs(values.filter(([name]) => names.has(name)))) {
      constraint.holds(
        new Proxy({ ...first, ...config }, {
          get: (target, name) => (names.add(String(name)), target[String(name)]),
        }),
      );
    }
  }
  return values.filter(([name]) => names.has(name));
}

function* configs([head, ...rest]: Values): Generator<Config> {
  if (!head) return yield {};
  const [name, values] = head;
  for (const value of values) for (const config of configs(rest)) yield { [name]: value, ...config };
}
