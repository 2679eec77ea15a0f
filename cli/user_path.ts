import { isAbsolute, join, relative } from "node:path";

/**
 * A path as the user meant it: relative to the folder the command was typed in. `deno task` runs in the repository's root
 * and leaves that folder in INIT_CWD.
 */
export function userPath(path: string): string {
  return isAbsolute(path) ? path : join(typedIn(), path);
}

/** A path as the user would write it: relative where it is inside that folder, from ~ where it is at home. */
export function shownPath(path: string): string {
  const here = relative(typedIn(), path);
  if (!here.startsWith("..") && !isAbsolute(here)) return here || ".";
  const home = Deno.env.get("HOME");
  return home && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function typedIn(): string {
  return Deno.env.get("INIT_CWD") ?? Deno.cwd();
}
