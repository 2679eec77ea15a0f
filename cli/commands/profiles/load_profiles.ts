import { closest } from "../../../kernels/core/closest.ts";
import { fileError, UserError } from "../../user_error.ts";
import { userPath } from "../../user_path.ts";

/** Option of every profiles command: where they lie. */
export const FOLDER_OPTION = [
  "--profiles <folder>",
  "folder of profiles (default: profiles/data of the repository)",
] as const;
/** Option of every profiles command: for programs. */
export const JSON_OPTION = ["--json", "one JSON document on stdout"] as const;

/** The profiles in a folder, the repository's own where none is named. Throws UserError where it can't be read. */
export async function loadProfiles(folder: string | undefined) {
  const { defaultRoot, listDevices } = await import("../../../profiles/store_fs.ts");
  const root = folder === undefined ? defaultRoot() : userPath(folder);
  if (folder !== undefined) {
    try {
      if (!(await Deno.stat(root)).isDirectory) {
        throw new UserError(`Cannot read profiles in ${root}: it is no folder`);
      }
    } catch (error) {
      throw fileError("read profiles in", root, error);
    }
  }
  return { ...await listDevices(root), root };
}

/** The profile of that name among those of a folder. Throws UserError with the nearest known one. */
export function profileNamed<D extends { readonly slug: string }>(
  slug: string,
  devices: readonly D[],
  root: string,
): D {
  const found = devices.find((device) => device.slug === slug);
  if (found) return found;
  throw new UserError(
    devices.length === 0
      ? `No profile of "${slug}" in ${root}: it holds none yet, deno task tune makes one`
      : `No profile of "${slug}" in ${root}${closest(slug, devices.map((d) => d.slug))}`,
  );
}
