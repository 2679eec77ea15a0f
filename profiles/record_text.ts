import type { z } from "zod";
import { StoreError } from "./store_error.ts";
import { firstIssue, newerMessage, newerVersion } from "./trial_line.ts";

/**
 * Reads the text of a stored file as the record `schema` describes. Throws StoreError, with `advice` behind the reason,
 * where it is something else, and where it is of a newer schema.
 */
export function parseRecord<T>(schema: z.ZodType<T>, text: string, path: string, advice: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StoreError(`Cannot read ${path}: it is not JSON: ${advice}`);
  }
  const newer = newerVersion(value);
  if (newer !== undefined) throw new StoreError(newerMessage(path, newer));
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new StoreError(`Cannot read ${path}: ${firstIssue(parsed.error)}: ${advice}`);
  return parsed.data;
}

/** Prints a record as the text of its file. Throws TypeError that names `what` and the first broken rule. */
export function formatRecord<T>(schema: z.ZodType<T>, record: T, what: string): string {
  const parsed = schema.safeParse(record);
  if (!parsed.success) throw new TypeError(`Cannot store ${what}: ${firstIssue(parsed.error)}`);
  return JSON.stringify(parsed.data, null, 2) + "\n";
}
