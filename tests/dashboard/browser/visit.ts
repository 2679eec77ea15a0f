import axe from "axe-core";
import type { Browser, Page } from "playwright-core";

export interface Look {
  readonly width: number;
  readonly scheme: "light" | "dark";
}

/** Every way a page is looked at. */
export const LOOKS: readonly Look[] = [1280, 360].flatMap((width) =>
  (["light", "dark"] as const).map((scheme) => ({ width, scheme }))
);

/** An open page and what its console complained about: errors, and what the page's policy forbade. */
export interface Visit {
  readonly page: Page;
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Opens a page and waits until its islands are awake. */
export async function visit(browser: Browser, url: string, { width, scheme }: Look): Promise<Visit> {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 800 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`threw ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(url);
  // An island is marked before its module is there; a live form says when it listens.
  await page.waitForFunction(() =>
    [...document.querySelectorAll("honox-island")].every((island) =>
      island.hasAttribute("data-hono-hydrated")
    ) && (!document.querySelector("form.live") || document.documentElement.classList.contains("scripted"))
  );
  return { page, faults, close: () => context.close() };
}

/** How many pixels a page is wider than its window, and the elements that stick out. */
export async function sidewaysScroll(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide <= 0) return [];
    const out = [...document.querySelectorAll("main *")]
      .filter((element) =>
        element.getBoundingClientRect().right > innerWidth && !element.closest(".scroll, .canvas, pre")
      )
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`);
    return [`the page is ${wide} px wider than its window: ${out.slice(0, 4).join(", ")}`];
  });
}

/** What axe-core finds serious or critical, a line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    // @ts-ignore the script above defines it
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    type Violation = { id: string; impact: string; help: string; nodes: { html: string }[] };
    return (violations as Violation[])
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.length}, as ${nodes[0].html.slice(0, 160)})`);
  });
}
