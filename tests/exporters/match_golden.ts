import type { ExportFile } from "../../exporters/exporter.ts";
import { assert, assertEquals } from "../assert.ts";

const FOLDER = new URL("__snapshots__/", import.meta.url);
const UPDATE = Deno.args.includes("--update");

/** An export's files must be those in tests/exporters/__snapshots__/<name>, no more and no less; `-- --update` rewrites them. */
export async function matchGolden(name: string, files: readonly ExportFile[]): Promise<void> {
  const folder = new URL(`${name}/`, FOLDER);
  if (UPDATE) await write(folder, files);
  const stored = await read(folder);
  assert(stored.size > 0, `tests/exporters/__snapshots__/${name} is missing: run this test with -- --update`);
  assertEquals(files.map(({ path }) => path).sort(), [...stored.keys()].sort());
  for (const { path, text } of files) {
    const advice = `${name}/${path} differs: read the diff, then run with -- --update`;
    assertEquals(text, stored.get(path), advice);
  }
}

async function write(folder: URL, files: readonly ExportFile[]): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  for (const { path, text } of files) {
    await Deno.mkdir(new URL(".", new URL(path, folder)), { recursive: true });
    await Deno.writeTextFile(new URL(path, folder), text);
  }
}

async function read(folder: URL, prefix = ""): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  try {
    for await (const { name, isDirectory } of Deno.readDir(new URL(prefix || ".", folder))) {
      const path = prefix + name;
      if (!isDirectory) found.set(path, await Deno.readTextFile(new URL(path, folder)));
      else for (const [inner, text] of await read(folder, `${path}/`)) found.set(inner, text);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}
