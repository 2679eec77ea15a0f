import { type Comparison, comparisonSchema } from "../compare/comparison.ts";
import { reportFiles } from "../compare/report_files.ts";
import { pngAssets } from "../compare/png_assets_fs.ts";
import { svgDocument } from "../compare/svg_document.ts";
import { replaceText } from "../profiles/durable_text_fs.ts";
import { UserError } from "./user_error.ts";
import { shownPath } from "./user_path.ts";

/** Keeps a comparison beside the profile; returns its path. Throws TypeError for a malformed one. */
export async function saveComparison(folder: string, comparison: Comparison): Promise<string> {
  const checked = comparisonSchema.safeParse(comparison);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0];
    throw new TypeError(`Cannot store a comparison: ${path.join(".")}: ${message}`);
  }
  const path = `${folder}/comparison.json`;
  await replaceText(path, JSON.stringify(checked.data, undefined, 1) + "\n");
  return path;
}

/** Throws UserError where a report's folder holds other things and no report: `--out` was meant for another folder. */
export async function checkReportFolder(folder: string): Promise<void> {
  const names: string[] = [];
  try {
    await Deno.mkdir(folder, { recursive: true }); // now, and not after minutes of measuring
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    throw new UserError(`Cannot write a report to ${shownPath(folder)}: ${(error as Error).message}`);
  }
  if (names.length > 0 && !names.includes("report.md")) {
    throw new UserError(
      `Cannot write a report to ${shownPath(folder)}: it holds ${
        names[0]
      } and no report; name an empty or a new folder`,
    );
  }
}

/** Writes a report: every file first beside the folder, then into its place. Throws UserError where the disk refuses. */
export async function writeReport(folder: string, comparison: Comparison): Promise<void> {
  const fresh = `${folder}.${Deno.pid}.tmp`;
  const document = svgDocument();
  const assets = await pngAssets();
  const paths: string[] = [];
  try {
    await Deno.mkdir(`${fresh}/figures`, { recursive: true });
    for await (const { path, content } of reportFiles(comparison, document, assets)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${fresh}/${path}`, bytes);
      paths.push(path);
    }
    await Deno.mkdir(`${folder}/figures`, { recursive: true });
    for await (const { name } of Deno.readDir(`${folder}/figures`)) {
      // Figures of an earlier report that this one does not have.
      if (/\.(svg|png)$/.test(name) && !paths.includes(`figures/${name}`)) {
        await Deno.remove(`${folder}/figures/${name}`);
      }
    }
    for (const path of paths) await Deno.rename(`${fresh}/${path}`, `${folder}/${path}`);
  } catch (error) {
    if (!(error instanceof Error && error.name in Deno.errors)) throw error;
    throw new UserError(`Cannot write a report to ${shownPath(folder)}: ${error.message}`);
  } finally {
    await Deno.remove(fresh, { recursive: true }).catch(() => {});
  }
}
