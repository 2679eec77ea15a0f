import { formatBytes } from "../compare/quantities.ts";
import { table } from "./output.ts";
import type { WrittenFile } from "./write_export.ts";

/** More files than this are shown folder by folder. */
const MOST_FILES = 24;

/** A table of the files with their sizes; of many, those of a folder are one row. */
export function fileTable(files: readonly WrittenFile[]): string[] {
  const rows = files.length > MOST_FILES
    ? [...Map.groupBy(files, ({ path }) => topOf(path))].map(([top, inside]) => [
      top.endsWith("/") ? `${top} ${counted(inside.length, "file")}` : top,
      sizeOf(inside),
    ])
    : files.map((file) => [file.path, sizeOf([file])]);
  return table(["file", "size"], rows, [1]);
}

/** What a path begins with: its folder, or the file itself where it lies in none. */
const topOf = (path: string) => path.includes("/") ? `${path.split("/")[0]}/` : path;

/** Bytes of files together, in words. */
export function sizeOf(files: readonly WrittenFile[]): string {
  return formatBytes(files.reduce((sum, { bytes }) => sum + bytes, 0));
}

/** A number of things: "1 file", "2 files". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
