// Pictures of every page, light and dark, wide and narrow: deno task screenshots [--out folder] [--profiles folder] [--cut pixels] [path...]
import { parseArgs } from "node:util";
import { note, print } from "../../cli/output.ts";
import { serveDashboard } from "../../dashboard/serve.ts";
import { crawl } from "./browser/crawl.ts";
import { findBrowser } from "./browser/open_browser.ts";
import { LOOKS, visit } from "./browser/visit.ts";
import { writeSampleStore } from "./sample_store.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    out: { type: "string", default: "docs/screenshots" },
    profiles: { type: "string" },
    cut: { type: "string", default: "100000" }, // longer pages end there
  },
});
const found = await findBrowser();
if (!found.open) {
  note(found.reason);
  Deno.exit(1);
}
const made = values.profiles === undefined ? await Deno.makeTempDir() : undefined;
if (made) await writeSampleStore(made);
const dashboard = await serveDashboard({ root: made ?? values.profiles!, hostname: "127.0.0.1", port: 0 });
const { origin } = new URL(dashboard.url);
const browser = await found.open();
try {
  await Deno.mkdir(values.out, { recursive: true });
  const paths = positionals.length > 0 ? positionals : (await crawl((path) => fetch(origin + path))).pages;
  for (const path of paths) {
    for (const look of LOOKS) {
      const { page, faults, close } = await visit(browser, origin + path, look);
      const file = `${values.out}/${stem(path)}_${look.width}_${look.scheme}.png`;
      const tall = await page.evaluate(() => document.documentElement.scrollHeight);
      const clip = { x: 0, y: 0, width: look.width, height: Math.min(tall, Number(values.cut)) };
      await page.screenshot({ path: file, fullPage: true, clip });
      await print(file);
      for (const fault of faults) note(`${path}: ${fault}`);
      await close();
    }
  }
} finally {
  await browser.close();
  await dashboard.close();
  if (made) await Deno.remove(made, { recursive: true });
}
// The browser's pipes would keep this process alive.
Deno.exit(0);

/** A file's stem for an address. */
function stem(path: string): string {
  return path.replace(/^\//, "").replace(/[^\w.-]+/g, "_").replace(/_$/, "") || "overview";
}
