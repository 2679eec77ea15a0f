import type { TunableValue } from "../kernels/core/space.ts";

/** A value as these tools keep one: a number or a word, since their readers have no booleans. */
export function plainValue(value: TunableValue): number | string {
  return typeof value === "boolean" ? Number(value) : value;
}

/** The same in Python's spelling, as T1 states values and conditions. */
export function pythonLiteral(value: TunableValue): string {
  const plain = plainValue(value);
  return typeof plain === "number" ? String(plain) : `'${plain}'`;
}
