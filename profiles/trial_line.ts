import { z } from "zod";
import { StoreError } from "./store_error.ts";
import { SCHEMA_VERSION, type Trial, trialSchema } from "./schema.ts";

/** What one stored line turned out to be. */
export type TrialLine =
  | { readonly kind: "trial"; readonly trial: Trial }
  | { readonly kind: "newer"; readonly schemaVersion: number }
  /** `torn`: no JSON, as a write that was cut off leaves it. */
  | { readonly kind: "unreadable"; readonly reason: string; readonly torn: boolean };

/** Reads one line of a trials file; never throws. */
export function parseTrialLine(line: string): TrialLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: "unreadable", reason: "it is not JSON", torn: true };
  }
  const newer = newerVersion(value);
  if (newer !== undefined) return { kind: "newer", schemaVersion: newer };
  const parsed = trialSchema.safeParse(value);
  if (parsed.success) return { kind: "trial", trial: parsed.data };
  return { kind: "unreadable", reason: firstIssue(parsed.error), torn: false };
}

/** Prints a trial as one line without its newline. Throws TypeError with the first broken rule. */
export function formatTrialLine(trial: Trial): string {
  const parsed = trialSchema.safeParse(trial);
  if (!parsed.success) throw new TypeError(`Cannot store a trial: ${firstIssue(parsed.error)}`);
  return JSON.stringify(parsed.data);
}

/**
 * Reads the lines of a trials file, oldest trial first, as an import adds older ones behind newer; `good` and `bad`
 * are the lines' texts in the order of the file, with a warning for each bad one.
 * Throws StoreError at a record of a newer schema: to skip it would forget a trial.
 */
export function readTrialLines(text: string, path: string): {
  trials: Trial[];
  warnings: string[];
  good: string[];
  bad: string[];
} {
  const read = { trials: [] as Trial[], warnings: [] as string[], good: [] as string[], bad: [] as string[] };
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const parsed = parseTrialLine(line);
    if (parsed.kind === "newer") {
      throw new StoreError(newerMessage(`${path} line ${index + 1}`, parsed.schemaVersion));
    }
    if (parsed.kind === "trial") {
      read.trials.push(parsed.trial);
      read.good.push(line);
    } else {
      read.warnings.push(`Set aside line ${index + 1} of ${path} into ${path}.torn: ${parsed.reason}`);
      read.bad.push(line);
    }
  }
  read.trials.sort((a, b) => a.at < b.at ? -1 : Number(a.at > b.at));
  return read;
}

/** The sentence about a record this version is too old for. */
export function newerMessage(what: string, version: number): string {
  return `Cannot read ${what}: its schemaVersion is ${version} and this version of Deltatune reads up to ` +
    `${SCHEMA_VERSION}: update Deltatune, or move the file away`;
}

/** The record's schemaVersion where it is newer than this reader, else undefined. */
export function newerVersion(record: unknown): number | undefined {
  const version = (record as { schemaVersion?: unknown } | null)?.schemaVersion;
  return typeof version === "number" && version > SCHEMA_VERSION ? version : undefined;
}

/** The first broken rule of a zod error, with the path of the field. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message;
}
