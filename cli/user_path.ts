import { isAbsolute, join } from "node:path";

/**
 * A path as the user meant it: relative to the folder the command was typed in. `deno task` runs in the repository's root
 * and leaves that folder in INIT_CWD.
 */
export function userPath(path: string): string {
  return isAbsolute(path) ? path : join(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}
