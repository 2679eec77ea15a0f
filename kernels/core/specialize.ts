const DECLARATION = /^(const\s+(\w+)\s*:\s*(\w+)\s*=\s*|alias\s+(\w+)\s*=\s*)[^;]+;/gm;

/** Right-hand sides by declared name: numbers and booleans for `const`, type names for `alias`. */
export type Bindings = Readonly<Record<string, number | boolean | string>>;

/**
 * Rewrites the right-hand side of `const NAME: T = ...;` and `alias NAME = ...;` lines, and nothing else.
 * Throws RangeError where a name is declared never or twice, or a number does not fit the declared type.
 *
 * @example
 * ```ts
 * import { specialize } from "./specialize.ts";
 * specialize("const chunkSize: u32 = 64u; // tokens", { chunkSize: 32 }); // const chunkSize: u32 = 32u; // tokens
 * ```
 */
export function specialize(code: string, bindings: Bindings): string {
  const found = new Map(Object.keys(bindings).map((name) => [name, 0]));
  const specialized = code.replace(
    DECLARATION,
    (line, head: string, constant?: string, type?: string, alias?: string) => {
      const name = constant ?? alias!;
      const times = found.get(name);
      if (times === undefined) return line;
      found.set(name, times + 1);
      return `${head}${literal(name, type, bindings[name])};`;
    },
  );
  for (const [name, times] of found) {
    if (times !== 1) {
      throw new RangeError(
        `Cannot specialize ${name}: it must be declared once and is declared ${times} times`,
      );
    }
  }
  return specialized;
}

function literal(name: string, type: string | undefined, value: number | boolean | string): string {
  if (type === undefined) {
    if (typeof value !== "string") {
      throw new RangeError(`Cannot specialize alias ${name} to ${value}: it takes a type name`);
    }
    return value;
  }
  if (type === "bool" && typeof value === "boolean") return String(value);
  if (type === "u32" && Number.isInteger(value) && (value as number) >= 0) return `${value}u`;
  if (type === "f32" && typeof value === "number" && Number.isFinite(value)) {
    return Number.isInteger(value) ? `${value}.0` : String(value);
  }
  throw new RangeError(`Cannot specialize ${name} to ${value}: it is declared ${type}`);
}
