import { dirname, isAbsolute, relative, resolve } from "node:path";
import { z } from "zod";
import type { ExportFile } from "../exporters/exporter.ts";
import { fileError, UserError } from "./user_error.ts";
import { shownPath, userPath } from "./user_path.ts";

/** Written beside an export's files: whose they are, and what each was. */
const MARKER = ".deltatune-export.json";

const markerSchema = z.strictObject({
  target: z.string(),
  files: z.record(z.string(), z.string()),
});
type Marker = z.infer<typeof markerSchema>;

/** What lies where an export is to go: nothing, an empty folder, or an export that may be replaced. */
export type FolderState = "missing" | "empty" | "export";

/** The file by which a later export of the same target knows that it may replace these, and that they are as they were. */
export async function markerOf(target: string, files: readonly ExportFile[]): Promise<ExportFile> {
  const hashes: Record<string, string> = {};
  for (const { path, text } of files) hashes[path] = await hashOf(new TextEncoder().encode(text));
  const marker: Marker = { target, files: hashes };
  return { path: MARKER, text: JSON.stringify(marker, null, 2) + "\n" };
}

/**
 * The folder meant, links followed, and what lies there. Throws UserError, which names one thing, where it holds anything
 * but an earlier export of `target` as that wrote it, and where it holds one and `force` does not say to replace it.
 */
export async function checkExportFolder(
  out: string,
  target: string,
  force: boolean,
): Promise<{ readonly folder: string; readonly state: FolderState }> {
  const refuse = (why: string) =>
    new UserError(`Cannot write an export to ${shownPath(resolve(out))}: ${why}`);
  try {
    const found = await Deno.stat(out).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (!found) {
      if (await Deno.lstat(out).catch(() => undefined)) throw refuse("it is a link to nothing");
      return { folder: await realParent(resolve(out)), state: "missing" };
    }
    if (!found.isDirectory) throw refuse("it is no folder");
    const folder = await Deno.realPath(out);
    const below = relative(folder, await Deno.realPath(userPath(".")));
    if (!below.startsWith("..") && !isAbsolute(below)) {
      throw refuse("you stand in it; name a folder of its own, below or beside it");
    }
    const [first] = await namesIn(folder);
    if (first === undefined) return { folder, state: "empty" };
    const marker = await readMarker(folder);
    if (marker?.target !== target) {
      const what = marker ? `an export of ${marker.target}` : `${first} and no export of ${target}`;
      throw refuse(`it holds ${what}; name an empty or a new folder`);
    }
    const foreign = await firstForeign(folder, marker);
    if (foreign) throw refuse(`it holds ${foreign}; name an empty or a new folder`);
    if (!force) {
      throw refuse(`it holds ${first} of an earlier export; --force replaces it, or name another folder`);
    }
    return { folder, state: "export" };
  } catch (error) {
    throw fileError("write an export to", shownPath(resolve(out)), error);
  }
}

/** A path with the links in the part of it that exists followed, so that a new folder lies beside its temporary one. */
async function realParent(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return path;
  const real = await Deno.realPath(parent).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return realParent(parent);
    throw error;
  });
  return resolve(real, relative(parent, path));
}

/** Names of what lies in a folder, in order, the marker last. */
async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.sort((a, b) => Number(a === MARKER) - Number(b === MARKER) || (a < b ? -1 : 1));
}

async function readMarker(folder: string): Promise<Marker | undefined> {
  try {
    return markerSchema.safeParse(JSON.parse(await Deno.readTextFile(`${folder}/${MARKER}`))).data;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What no export wrote, or what was changed since, in words; undefined where there is no such thing. */
async function firstForeign(folder: string, marker: Marker, prefix = ""): Promise<string | undefined> {
  const written = Object.keys(marker.files);
  for (const name of await namesIn(`${folder}/${prefix}`)) {
    const path = prefix + name;
    if (path === MARKER) continue;
    const { isFile, isDirectory } = await Deno.lstat(`${folder}/${path}`);
    if (isDirectory && written.some((file) => file.startsWith(`${path}/`))) {
      const inner = await firstForeign(folder, marker, `${path}/`);
      if (inner) return inner;
    } else if (!isFile || !written.includes(path)) {
      return `${path}, which the export there did not write`;
    } else if (await hashOf(await Deno.readFile(`${folder}/${path}`)) !== marker.files[path]) {
      return `${path}, changed since it was exported`;
    }
  }
  return undefined;
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
