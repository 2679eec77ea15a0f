// A family's page and its code in a browser, over the profiles that come with the repository.
import type { Page } from "playwright-core";
import { assert, assertEquals } from "../../assert.ts";
import { STORED_PROFILES } from "../app_for_test.ts";
import { visit } from "./visit.ts";
import { browserTest } from "./with_browser.ts";

const LOOK = { width: 1280, scheme: "dark" } as const;
const FAMILY = "/devices/builtin_nvidia_h200_0x2335/kda_prefill";

const rows = (page: Page) => page.locator(".trials tbody tr");
const shown = (page: Page) => page.locator(".trials [role=status]").innerText();

browserTest("trials are filtered and sorted in the page", async ({ browser, origin }) => {
  const { page, faults } = await visit(browser, `${origin}${FAMILY}`, LOOK);
  const before = await shown(page);
  await page.getByLabel("Filter").fill("recurrent tileV=32");
  await page.waitForFunction(
    (text) => document.querySelector(".trials [role=status]")?.textContent !== text,
    before,
  );
  const texts = await rows(page).allInnerTexts();
  assert(
    texts.length > 0 && texts.every((text) => text.includes("recurrent") && /\b32\b/.test(text)),
    texts[0],
  );
  await page.getByLabel("Filter").fill("");
  const fastest = await rows(page).first().innerText();
  await page.getByRole("button", { name: /^time/ }).click();
  assert(await rows(page).first().innerText() !== fastest, "a second click on the column turns it round");
  assertEquals(faults, []);
}, STORED_PROFILES);

browserTest(
  "a heatmap's tunables stand in the address, which opens the same page",
  async ({ browser, origin }) => {
    const { page, faults } = await visit(browser, `${origin}${FAMILY}`, LOOK);
    const [x, y] = await page.locator("select[name=x] option").evaluateAll((options) =>
      options.slice(-2).map((option) => (option as HTMLOptionElement).value)
    );
    await page.selectOption("select[name=x]", x);
    await page.waitForURL((url) => url.searchParams.get("x") === x);
    await page.selectOption("select[name=y]", y);
    await page.waitForURL((url) => url.searchParams.get("y") === y);
    const again = await visit(browser, page.url(), LOOK);
    assertEquals(await again.page.inputValue("select[name=x]"), x);
    assertEquals(await again.page.inputValue("select[name=y]"), y);
    assertEquals(
      await again.page.locator("#landscape").innerHTML(),
      await page.locator("#landscape").innerHTML(),
    );
    assertEquals([...faults, ...again.faults], []);
  },
  STORED_PROFILES,
);

browserTest("two variants are told apart line by line", async ({ browser, origin }) => {
  const { page, faults } = await visit(browser, `${origin}${FAMILY}/wgsl`, LOOK);
  const [a, , b] = await page.locator("select[name=a] option").evaluateAll((options) =>
    options.map((option) => (option as HTMLOptionElement).value)
  );
  assert(a.includes("recurrent") && b.includes("recurrent"), "the winner and its formulation's default");
  await page.selectOption("select[name=b]", b);
  await page.waitForURL((url) => url.searchParams.get("b") === b);
  await page.locator("#code tr.added").first().waitFor();
  assert(await page.locator("#code tr.removed").count() > 0);
  assertEquals(faults, []);
}, STORED_PROFILES);
