import { type Comparison, comparisonSchema } from "../compare/comparison.ts";
import { replaceText } from "../profiles/durable_text_fs.ts";

/** Keeps a comparison beside the profile; returns its path. Throws TypeError for a malformed one. */
export async function saveComparison(folder: string, comparison: Comparison): Promise<string> {
  const checked = comparisonSchema.safeParse(comparison);
  if (!checked.success) throw new TypeError(`Cannot store a comparison: ${checked.error.issues[0].message}`);
  const path = `${folder}/comparison.json`;
  await replaceText(path, JSON.stringify(checked.data, undefined, 1) + "\n");
  return path;
}

export async function writeReport(_folder: string, _comparison: Comparison): Promise<void> {}
