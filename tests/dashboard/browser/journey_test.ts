// The way a visitor goes: from the overview to a device and its family, and what one config keeps elsewhere.
import { assert, assertEquals } from "../../assert.ts";
import { visit } from "./visit.ts";
import { browserTest } from "./with_browser.ts";

const LOOK = { width: 1280, scheme: "light" } as const;

browserTest("overview leads to a device, and on to a family", async ({ browser, origin, slugs }) => {
  const { page, faults } = await visit(browser, `${origin}/`, LOOK);
  await page.click(`tbody a[href="/devices/${slugs[0]}"]`);
  assertEquals(new URL(page.url()).pathname, `/devices/${slugs[0]}`);
  await page.click(`main a[href^="/devices/${slugs[0]}/kda_prefill"]`);
  assertEquals(new URL(page.url()).pathname, `/devices/${slugs[0]}/kda_prefill`);
  assertEquals(await page.locator("main h1").count(), 1);
  assertEquals(faults, []);
});

browserTest(
  "portability changes with the workload, without a click and in the address",
  async ({ browser, origin }) => {
    const { page, faults } = await visit(browser, `${origin}/portability`, LOOK);
    assert(await page.isVisible("table.matrix"));
    assert(!await page.isVisible("button.apply"), "a live form has no button");
    const other = await page.getAttribute('optgroup[label="mla_decode"] option', "value");
    await page.selectOption("select[name=bucket]", other!);
    await page.waitForURL((url) => url.searchParams.get("bucket") === other);
    await page.waitForSelector('table.matrix a[href$="/mla_decode"]');
    assertEquals(faults, []);
  },
);

browserTest("portability works without JavaScript", async ({ browser, origin }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${origin}/portability`);
  const other = await page.getAttribute('optgroup[label="mla_decode"] option', "value");
  await page.selectOption("select[name=bucket]", other!);
  await page.click("button.apply");
  assertEquals(new URL(page.url()).searchParams.get("bucket"), other);
  assertEquals(await page.locator('table.matrix a[href$="/mla_decode"]').count() > 0, true);
});
