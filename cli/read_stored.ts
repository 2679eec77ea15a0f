import { readText } from "../profiles/durable_text_fs.ts";
import type { Trial } from "../profiles/schema.ts";
import { readTrialLines } from "../profiles/trial_line.ts";
import { shownPath } from "./user_path.ts";

/**
 * Trials of one file, oldest first, none where there is no such file. Nothing is set aside: the file is another
 * program's to write. Throws StoreError where it is of a newer schema.
 */
export async function readStored(path: string): Promise<{ trials: Trial[]; notices: string[] }> {
  const { trials, bad } = readTrialLines(await readText(path) ?? "", path);
  const lines = bad.length === 1 ? "1 line" : `${bad.length} lines`;
  const notices = bad.length === 0 ? [] : [`Left out ${lines} of ${shownPath(path)} that can't be read.`];
  return { trials, notices };
}
