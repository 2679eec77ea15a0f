import { openShelf } from "../../dashboard/shelf_fs.ts";
import { assertEquals } from "../assert.ts";
import { inFolder } from "../cli/in_folder.ts";
import { STORED_PROFILES } from "./app_for_test.ts";

Deno.test("openShelf() dates a comparison by its own words, and one it can't read by its file", async () => {
  await inFolder(async (root) => {
    const slug = "dawn_nvidia_h200";
    await Deno.mkdir(`${root}/${slug}`);
    for (const name of ["profile.json", "comparison.json"]) {
      await Deno.copyFile(`${STORED_PROFILES}/${slug}/${name}`, `${root}/${slug}/${name}`);
    }
    const { at } = JSON.parse(await Deno.readTextFile(`${root}/${slug}/comparison.json`));
    const shelf = openShelf(root);
    assertEquals((await shelf.device(slug))?.comparedAt?.toISOString(), at);
    await Deno.writeTextFile(`${root}/${slug}/comparison.json`, "{");
    const changed = new Date("2026-01-02T03:04:05Z");
    await Deno.utime(`${root}/${slug}/comparison.json`, changed, changed);
    assertEquals((await shelf.device(slug))?.comparedAt, changed);
  });
});
