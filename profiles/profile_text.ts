import { type Profile, profileSchema } from "./schema.ts";
import { StoreError } from "./store_error.ts";
import { firstIssue, newerMessage, newerVersion } from "./trial_line.ts";

/** Reads the text of a `profile.json`. Throws StoreError where it is something else, or of a newer schema. */
export function parseProfile(text: string, path: string): Profile {
  const advice =
    "move the file away; the trials beside it are kept and winners can be chosen from them again";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StoreError(`Cannot read ${path}: it is not JSON: ${advice}`);
  }
  const newer = newerVersion(value);
  if (newer !== undefined) throw new StoreError(newerMessage(path, newer));
  const parsed = profileSchema.safeParse(value);
  if (!parsed.success) throw new StoreError(`Cannot read ${path}: ${firstIssue(parsed.error)}: ${advice}`);
  return parsed.data;
}

/** Prints a profile as the text of its file. Throws TypeError with the first broken rule. */
export function formatProfile(profile: Profile): string {
  const parsed = profileSchema.safeParse(profile);
  if (!parsed.success) throw new TypeError(`Cannot store a profile: ${firstIssue(parsed.error)}`);
  return JSON.stringify(parsed.data, null, 2) + "\n";
}
