// The Compare page in a browser: one length read in all figures and tables, choices without a reload, files.
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { assert, assertEquals } from "../../assert.ts";
import { type Look, type Visit, visit } from "./visit.ts";
import { browserTest } from "./with_browser.ts";

const WIDE: Look = { width: 1280, scheme: "light" };
const NARROW: Look = { width: 360, scheme: "dark" };
const PREFILL = "#figure-prefill .canvas";
/** Lengths of the marked rows. */
const HIT = "tr.hit[data-tokens]";

/** Opens the page and waits until its islands listen: their elements say so before their modules are loaded. */
async function visitCompare(browser: Browser, url: string, look: Look): Promise<Visit> {
  const visited = await visit(browser, url, look);
  await visited.page.waitForSelector("html.scripted");
  await visited.page.waitForFunction((hit) => {
    document.querySelector("tr[data-tokens]")!.dispatchEvent(
      new PointerEvent("pointermove", { bubbles: true }),
    );
    return document.querySelector(hit) !== null;
  }, HIT);
  await visited.page.keyboard.press("Escape");
  return visited;
}

/** What is marked now: figures with a rule, the box's words, lengths of rows. */
async function marked(page: Page) {
  return await page.evaluate((hit) => ({
    rules: [...document.querySelectorAll(".linked-rule")].map((rule) => rule.closest("figure")!.id),
    readouts: [...document.querySelectorAll<HTMLElement>(".readout")].map((box) => box.innerText),
    rows: [...document.querySelectorAll<HTMLElement>(hit)].map((row) => row.dataset.tokens),
    said: document.querySelector("[aria-live=polite]")!.textContent,
  }), HIT);
}

const NOTHING = { rules: [], readouts: [], rows: [], said: "" };

/** Points at the place of a length in the prefill figure. */
async function pointAt(page: Page, tokens: number): Promise<void> {
  const canvas = page.locator(PREFILL);
  await canvas.scrollIntoViewIfNeeded();
  const x = await canvas.evaluate((element: HTMLElement, tokens) => {
    const [, pixel] = JSON.parse(element.dataset.stops!).find(([value]: [number]) => value === tokens);
    const svg = element.querySelector("svg")!;
    return pixel * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  }, tokens);
  await canvas.hover({ position: { x: x + 3, y: 150 } });
}

browserTest("a pointer over a figure reads its length in all of them", async ({ browser, origin }) => {
  const { page, faults, close } = await visitCompare(browser, `${origin}/compare`, WIDE);
  assertEquals(await marked(page), NOTHING);
  await pointAt(page, 32768);
  const at32K = await marked(page);
  assertEquals(at32K.rules.slice(0, 4), [
    "figure-ratio_full-mla-48b",
    "figure-prefill",
    "figure-decode",
    "figure-memory",
  ]);
  assertEquals(at32K.rows, ["32768"]);
  assertEquals(at32K.readouts.length, 1);
  const cell = await page.innerText(`${HIT} td`);
  for (const words of ["32K tokens", "kimi-linear-48b", "full-mla-48b", cell, "measured"]) {
    assert(at32K.readouts[0].includes(words), `${words} in ${at32K.readouts[0]}`);
  }
  assert(at32K.said!.startsWith("32K tokens. kimi-linear-48b "), at32K.said!);

  await pointAt(page, 65536);
  assertEquals((await marked(page)).rows, ["65536"]);
  assertEquals((await marked(page)).rules.length, at32K.rules.length);

  await page.hover('tr[data-tokens="8192"]');
  const byRow = await marked(page);
  assertEquals([byRow.rows, byRow.readouts], [["8192"], []]);
  assert(byRow.rules.includes("figure-decode"));

  await page.hover("h1");
  assertEquals(await marked(page), NOTHING);
  assertEquals(faults, []);
  await close();
});

browserTest(
  "the box stays inside its figure, and on a phone inside the window",
  async ({ browser, origin }) => {
    for (const look of [WIDE, NARROW]) {
      const { page, faults, close } = await visitCompare(browser, `${origin}/compare`, look);
      await page.focus(PREFILL);
      for (const key of ["Home", "ArrowRight", "End", "ArrowLeft"]) {
        await page.keyboard.press(key);
        const box = (await page.locator(".readout").boundingBox())!;
        const frame = (await page.locator(PREFILL).boundingBox())!;
        const [left, right] = look.width > 600 ? [frame.x, frame.x + frame.width] : [0, look.width];
        assert(
          box.x >= left - 1 && box.x + box.width <= right + 1,
          `${key}: ${JSON.stringify({ box, frame })}`,
        );
      }
      assertEquals(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
      assertEquals(faults, []);
      await close();
    }
  },
);

browserTest("arrow keys read a figure length by length, Escape ends it", async ({ browser, origin }) => {
  const { page, faults, close } = await visitCompare(browser, `${origin}/compare`, WIDE);
  await page.focus(PREFILL);
  const rowAfter = async (key: string) => {
    await page.keyboard.press(key);
    return (await marked(page)).rows[0];
  };
  assertEquals(await rowAfter("ArrowRight"), "4096");
  assertEquals(await rowAfter("ArrowLeft"), "4096", "there is none before the first");
  assertEquals(await rowAfter("ArrowRight"), "8192");
  const read = await marked(page);
  assertEquals(read.rules.length >= 4, true);
  assert(read.said!.startsWith("8K tokens. "), read.said!);
  assertEquals(await rowAfter("End"), "1048576");
  assertEquals(await rowAfter("ArrowRight"), "1048576");
  assertEquals(await rowAfter("Home"), "4096");
  await page.mouse.move(5, 5);
  assertEquals((await marked(page)).rows, ["4096"], "a pointer that passes by does not end it");
  await page.keyboard.press("Escape");
  assertEquals(await marked(page), NOTHING);
  await page.keyboard.press("End");
  await page.focus("#choose-model");
  assertEquals(await marked(page), NOTHING);
  assertEquals(faults, []);
  await close();
});

browserTest("a choice changes figures and address without a reload", async ({ browser, origin, slugs }) => {
  const { page, faults, close } = await visitCompare(browser, `${origin}/compare`, WIDE);
  await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
  assert(!await page.isVisible("button.apply"), "a live form has no button");

  await page.check("#choose-against-gdn-hybrid-48b");
  await page.waitForSelector("#figure-ratio_gdn-hybrid-48b");
  const focused = await page.evaluate(() => document.activeElement?.id);
  assertEquals(focused, "choose-against-gdn-hybrid-48b", "a control keeps the keyboard");
  await page.selectOption("#choose-model", "full-mla-48b");
  await page.waitForSelector("text=full-mla-48b against gdn-hybrid-48b");
  assertEquals(await page.locator("#figure-ratio_full-mla-48b").count(), 0);
  await page.selectOption("#choose-batch", "largest");
  await page.waitForSelector("#figure-decode_batched");
  await page.selectOption("#choose-to", "65536");
  await page.waitForFunction(() => document.querySelectorAll(".lengths tbody tr").length === 5);

  const { searchParams } = new URL(page.url());
  assertEquals(searchParams.getAll("device"), [slugs[0]]);
  assertEquals(["model", "batch", "to"].map((name) => searchParams.get(name)), [
    "full-mla-48b",
    "largest",
    "65536",
  ]);
  assertEquals(await page.evaluate(() => "isSamePage" in globalThis), true);

  // What was replaced is linked as what stood there before.
  await pointAt(page, 16384);
  assertEquals((await marked(page)).rows, ["16384"]);

  const shown = (page: Page) =>
    page.evaluate(() => ({
      figures: [...document.querySelectorAll("figure")].map((figure) => figure.id),
      numbers: document.querySelector<HTMLElement>(".lengths")!.innerText,
      choices: [...new FormData(document.querySelector<HTMLFormElement>("form.live")!)].map(String),
    }));
  await page.mouse.move(5, 5);
  const fresh = await visit(browser, page.url(), WIDE);
  assertEquals(await shown(fresh.page), await shown(page));
  assertEquals([...faults, ...fresh.faults], []);
  await fresh.close();
  await close();
});

browserTest("a file of the choice is delivered", async ({ browser, origin, slugs }) => {
  const { page, close } = await visit(browser, `${origin}/compare?from=8192`, WIDE);
  for (
    const [link, name, start] of [
      ["#figure-prefill a:text-is('SVG')", "prefill.svg", "<svg"],
      ["#figure-prefill a:text-is('PNG')", "prefill.png", "\x89PNG"],
      ["a:text-is('CSV')", "points.csv", "model,phase"],
    ]
  ) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(link)]);
    assertEquals(download.suggestedFilename(), `${slugs[0]}_${name}`);
    const text = (await readFile(await download.path())).toString("latin1");
    assert(text.startsWith(start), text.slice(0, 20));
    if (name.endsWith("csv")) assert(!/,4096,/.test(text) && /,8192,/.test(text), "of the lengths chosen");
  }
  await close();
});

browserTest("Compare works without JavaScript", async ({ browser, origin }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${origin}/compare`);
  await page.selectOption("#choose-model", "gdn-hybrid-48b");
  await page.click("button.apply");
  assertEquals(new URL(page.url()).searchParams.get("model"), "gdn-hybrid-48b");
  assert(await page.isVisible("#figure-ratio_full-mla-48b"));
  await context.close();
});
