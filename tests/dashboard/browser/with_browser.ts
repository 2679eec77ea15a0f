import type { Browser } from "playwright-core";
import { serveDashboard } from "../../../dashboard/serve.ts";
import { writeSampleStore } from "../sample_store.ts";
import { findBrowser } from "./open_browser.ts";

/** What a test in a browser has: a dashboard that runs over a store of its own, and a browser. */
export interface InBrowser {
  readonly browser: Browser;
  /** The dashboard's origin, without a slash. */
  readonly origin: string;
  /** Folders of the store. */
  readonly slugs: readonly string[];
}

const found = await findBrowser();

/**
 * A test with a browser over a small store of its own, or over the profiles under `root`; ignored, with the reason in its
 * name, where there is no browser to be had.
 */
export function browserTest(
  name: string,
  run: (given: InBrowser, t: Deno.TestContext) => Promise<void>,
  root?: string,
): void {
  Deno.test({
    name: found.open ? name : `${name} (ignored: ${found.reason})`,
    ignore: !found.open,
    // Chromium's pipes are let go of after the test has ended.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(t) {
      const own = await Deno.makeTempDir({ prefix: "deltatune-browser-" });
      const slugs = root
        ? [...Deno.readDirSync(root)].map((e) => e.name).sort()
        : await writeSampleStore(own);
      const dashboard = await serveDashboard({ root: root ?? own, hostname: "127.0.0.1", port: 0 });
      const browser = await found.open!();
      try {
        await run({ browser, slugs, origin: new URL(dashboard.url).origin }, t);
      } finally {
        await browser.close();
        await dashboard.close();
        await Deno.remove(own, { recursive: true });
      }
    },
  });
}
