// Every page a visitor finds, in a real browser: nothing in its console, no sideways scroll, no serious fault of access.
import { assert, assertEquals } from "../../assert.ts";
import { crawl } from "./crawl.ts";
import { accessibilityFaults, LOOKS, sidewaysScroll, visit } from "./visit.ts";
import { browserTest } from "./with_browser.ts";

browserTest("pages load clean, wide and narrow, light and dark", async ({ browser, origin }, t) => {
  const { pages } = await crawl((path) => fetch(origin + path));
  assert(pages.length >= 2, `the crawl found only ${pages}`);
  for (const path of [...pages, "/no-such-page"]) {
    await t.step(path, async () => {
      const faults: string[] = [];
      for (const look of LOOKS) {
        const { page, faults: heard, close } = await visit(browser, origin + path, look);
        const found = [...await sidewaysScroll(page), ...await accessibilityFaults(page), ...heard];
        faults.push(...found.map((fault) => `${look.width} px, ${look.scheme}: ${fault}`));
        await close();
      }
      // A page that isn't there says so in the console, as it should.
      const unexpected = faults.filter((fault) => path !== "/no-such-page" || !/status of 404/.test(fault));
      assertEquals(unexpected, [], unexpected.join("\n"));
    });
  }
});

browserTest("links lead somewhere", async ({ origin }) => {
  const { dead } = await crawl((path) => fetch(origin + path));
  assertEquals(dead, []);
});
