import { assert, assertEquals } from "../assert.ts";

const FOLDER = new URL("__snapshots__/", import.meta.url);
const UPDATE = Deno.args.includes("--update");

/** The text must be the file's in tests/compare/__snapshots__; `-- --update` rewrites it. */
export async function matchSnapshot(file: string, text: string): Promise<void> {
  const url = new URL(file, FOLDER);
  if (UPDATE) {
    await Deno.mkdir(FOLDER, { recursive: true });
    await Deno.writeTextFile(url, text);
  }
  const stored = await Deno.readTextFile(url).catch(() => undefined);
  const path = `tests/compare/__snapshots__/${file}`;
  assert(stored !== undefined, `${path} is missing: run this test with -- --update`);
  assertEquals(text, stored, `${path} differs: read the diff, then run with -- --update`);
}
