import type { ExportFile } from "./exporter.ts";

const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
/** Names that are devices on Windows, whatever follows the dot. */
export const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Why these files can't lie in one folder on every system, or some would lie outside of it; undefined where they can.
 * Their names begin with no dot: what does belongs to the command that writes them.
 */
export function fileProblem(files: readonly ExportFile[]): string | undefined {
  if (files.length === 0) return "there are none";
  const taken = new Set<string>();
  const folders = new Set<string>();
  for (const { path } of files) {
    const segments = path.split("/");
    const odd = segments.find((segment) =>
      !SEGMENT.test(segment) || RESERVED.test(segment) || segment.endsWith(".")
    );
    if (odd !== undefined) return `"${path}" is no portable path below the folder`;
    const key = path.toLowerCase(); // many disks take a.json and A.json for one file
    if (taken.has(key)) return `"${path}" comes twice`;
    taken.add(key);
    for (let i = 1; i < segments.length; i++) folders.add(segments.slice(0, i).join("/").toLowerCase());
  }
  const both = files.find(({ path }) => folders.has(path.toLowerCase()));
  return both && `"${both.path}" is a file and a folder`;
}
