// What the examples promise: they import nothing of this project but the bundle, and are short.
import { assert, assertEquals } from "../../assert.ts";
import { EXAMPLES } from "./run_example.ts";

/** What each may import by name; the bundle's address is made of an argument or the page's query. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "deno.ts": [],
  "node.mjs": ["node:fs/promises", "node:path", "node:url", "webgpu"],
  "browser.html": [],
};
const MOST_LINES = 90;

Deno.test("examples/ holds three consumers and their README", () => {
  const names = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name).sort();
  assertEquals(names, [...Object.keys(ALLOWED), "README.md"].sort());
});

for (const [name, allowed] of Object.entries(ALLOWED)) {
  Deno.test(`examples/${name} imports nothing of this project but the bundle`, async () => {
    const text = await Deno.readTextFile(new URL(name, EXAMPLES));
    const fixed = [...text.matchAll(/^\s*import\b[^;(]*?["']([^"']+)["']/gm)].map(([, specifier]) =>
      specifier
    );
    assertEquals(fixed.sort(), [...allowed].sort());
    const computed = [...text.matchAll(/\bimport\(([^;]*)\);/g)].map(([, argument]) => argument);
    assertEquals(computed.length, 1, "the bundle alone is imported by address");
    assert(/index\.js/.test(computed[0]), computed[0]);
    assert(!/\b(?:src|href)="(?!data:)|\brequire\(|importScripts/.test(text), "nothing comes in another way");
    if (!name.endsWith(".html")) {
      assert(text.split("\n").length <= MOST_LINES, `more than ${MOST_LINES} lines`);
    }
  });
}
