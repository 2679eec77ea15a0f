import { formatRecord, parseRecord } from "./record_text.ts";
import { type Profile, profileSchema } from "./schema.ts";

const ADVICE = "move the file away; the trials beside it are kept and winners can be chosen from them again";

/** Reads the text of a `profile.json`. Throws StoreError where it is something else, or of a newer schema. */
export function parseProfile(text: string, path: string): Profile {
  return parseRecord(profileSchema, text, path, ADVICE);
}

/** Prints a profile as the text of its file. Throws TypeError with the first broken rule. */
export function formatProfile(profile: Profile): string {
  return formatRecord(profileSchema, profile, "a profile");
}
