// Every section of the navigation over a store without a device.
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../cli/in_folder.ts";
import { appForTest } from "./app_for_test.ts";

Deno.test("every section says what to do next where there is no device", async (t) => {
  await inFolder(async (root) => {
    const { page } = await appForTest(root);
    const sections = [...(await page("/")).querySelectorAll(".top nav a")].map((a) =>
      a.getAttribute("href")!
    );
    assertEquals(sections.length >= 6, true);
    for (const path of sections) {
      await t.step(path, async () => {
        const text = (await page(path)).querySelector("main")!.textContent!;
        assert(/deno task (tune|compare)/.test(text), text);
      });
    }
  });
});
