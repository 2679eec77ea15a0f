import { dirname } from "node:path";
import type { ExportFile } from "../exporters/exporter.ts";
import { fileProblem } from "../exporters/file_problem.ts";
import { reasonOf, writeAll } from "../profiles/durable_text_fs.ts";
import { checkExportFolder, type FolderState, markerOf } from "./export_folder.ts";
import { UserError } from "./user_error.ts";
import { shownPath } from "./user_path.ts";

/** A file that was written, by its path in the export. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
}

export interface WriteOptions {
  /** Whether an earlier export of the same target is replaced. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Writes an export as a whole: its files go into a new folder beside `folder` and onto the disk, then into place
 * together. Throws UserError where the folder holds anything else or the disk refuses, and the signal's reason where it
 * aborts: then nothing is left behind, and an earlier export stands as it was.
 */
export async function writeExport(
  out: string,
  target: string,
  files: readonly ExportFile[],
  { force = false, signal }: WriteOptions = {},
): Promise<WrittenFile[]> {
  const problem = fileProblem(files);
  if (problem !== undefined) throw new Error(`Cannot write what exporter ${target} made: ${problem}`);
  const { folder, state } = await checkExportFolder(out, target, force);
  const fresh = `${folder}.${Deno.pid}.tmp`;
  const made: string[] = [];
  try {
    await makeFolders(dirname(folder), made);
    await Deno.mkdir(fresh);
    made.push(fresh);
    const written: WrittenFile[] = [];
    for (const { path, text } of files) {
      signal?.throwIfAborted();
      written.push({ path, bytes: await writeSynced(fresh, path, text) });
    }
    const marker = await markerOf(target, files);
    await writeSynced(fresh, marker.path, marker.text);
    signal?.throwIfAborted();
    await putInPlace(fresh, folder, state);
    return written;
  } catch (error) {
    for (const path of made.reverse()) {
      await Deno.remove(path, { recursive: path === fresh }).catch(() => {});
    }
    if (!(error instanceof Error) || !/\(os error \d+\)/.test(error.message)) throw error;
    const why = state !== "missing" && /os error 16\)/.test(error.message)
      ? "a disk is mounted there, and no folder can take its place; name a folder below it"
      : reasonOf(error);
    throw new UserError(`Cannot write an export to ${shownPath(folder)}: ${why}`);
  }
}

/** Makes a folder and those above it, and adds to `made` each that was not there. */
async function makeFolders(path: string, made: string[]): Promise<void> {
  try {
    await Deno.mkdir(path);
    made.push(path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    if (!(error instanceof Deno.errors.NotFound) || dirname(path) === path) throw error;
    await makeFolders(dirname(path), made);
    await Deno.mkdir(path);
    made.push(path);
  }
}

/** Writes one file onto the disk, with the folders it lies in, and returns its length. */
async function writeSynced(folder: string, path: string, text: string): Promise<number> {
  const whole = `${folder}/${path}`;
  const bytes = new TextEncoder().encode(text);
  await Deno.mkdir(dirname(whole), { recursive: true });
  using file = await Deno.open(whole, { write: true, createNew: true });
  await writeAll(file, bytes);
  await file.sync();
  return bytes.length;
}

/** Renames a folder to where an earlier one may stand, which comes back where that fails. */
async function putInPlace(fresh: string, folder: string, state: FolderState): Promise<void> {
  if (state === "missing") return await Deno.rename(fresh, folder);
  const aside = `${folder}.${Deno.pid}.old`;
  await Deno.rename(folder, aside);
  try {
    await Deno.rename(fresh, folder);
  } catch (error) {
    await Deno.rename(aside, folder);
    throw error;
  }
  // The new one stands: what can't be removed of the old is no reason to call it failed.
  await Deno.remove(aside, { recursive: state === "export" }).catch(() => {});
}
