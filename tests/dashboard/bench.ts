// How quick the dashboard is over a large store: deno task bench:dashboard [--json] [--profiles n] [--trials n]
import { parseArgs } from "node:util";
import { note, print, printJson, table } from "../../cli/output.ts";
import { crawl, kindOf } from "./browser/crawl.ts";
import { findBrowser } from "./browser/open_browser.ts";
import { visit } from "./browser/visit.ts";
import { writeFakeStore } from "./fake_store.ts";

/** Milliseconds until a page's last byte, and until its trial table is awake with every trial; bytes of JavaScript. */
const GOALS = { responseMs: 100, interactiveMs: 1000, scriptBytes: 120_000 };
const FAMILIES = ["kda_prefill", "kda_decode", "mla_decode", "mla_prefill", "gqa_decode"];
const WARM = 20;
const SETTLE_MS = 1500;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    json: { type: "boolean", default: false },
    profiles: { type: "string", default: "50" },
    trials: { type: "string", default: "5000" },
  },
});
const root = await Deno.makeTempDir({ prefix: "deltatune-bench-" });
const missed: string[] = [];
try {
  const large = `${root}/large`, long = `${root}/long`;
  note(`Writing ${values.profiles} profiles of ${values.trials} trials.`);
  await writeFakeStore(large, {
    devices: Number(values.profiles),
    families: FAMILIES,
    trials: Math.ceil(Number(values.trials) / FAMILIES.length),
    sizes: 3,
  });
  const [slug] = await writeFakeStore(long, {
    devices: 1,
    families: FAMILIES.slice(0, 1),
    trials: 10_000,
    sizes: 1,
  });
  const found = await findBrowser();
  const pages = await benchPages(large, found.open);
  const interactive = found.open
    ? await benchInteractive(long, `/devices/${slug}/${FAMILIES[0]}`, found.open)
    : undefined;
  judge(pages, interactive);
  if (values.json) await printJson({ goals: GOALS, pages, interactive, missed });
  else await printTables(pages, interactive, found.reason);
} finally {
  await Deno.remove(root, { recursive: true });
}
// The browser's pipes would keep this process alive.
Deno.exit(missed.length > 0 ? 1 : 0);

interface PageBench {
  readonly page: string;
  /** The first answer of a server that has just said its address. */
  readonly coldMs: number;
  readonly warmMs: number;
  readonly worstMs: number;
  readonly htmlBytes: number;
  readonly hasIsland: boolean;
  /** Gzipped; undefined without a browser. */
  readonly scriptBytes?: number;
}

type Open = NonNullable<Awaited<ReturnType<typeof findBrowser>>["open"]>;

async function benchPages(store: string, open: Open | undefined): Promise<PageBench[]> {
  const paths = await withServer(store, async (origin) => {
    const { pages } = await crawl((path) => fetch(origin + path));
    return [...new Map(pages.toReversed().map((path) => [kindOf(path), path])).values()].toReversed();
  });
  const benches: PageBench[] = [];
  for (const page of paths) {
    note(`Timing ${page}.`);
    benches.push(
      await withServer(store, async (origin) => {
        // What starting left to the collector is not of this page; nobody opens an address sooner.
        await new Promise((done) => setTimeout(done, SETTLE_MS));
        const [coldMs, html] = await timeAnswer(origin + page);
        const warm: number[] = [];
        for (let i = 0; i < WARM; i++) warm.push((await timeAnswer(origin + page))[0]);
        return {
          page,
          coldMs,
          warmMs: median(warm),
          worstMs: Math.max(...warm),
          htmlBytes: new TextEncoder().encode(html).byteLength,
          hasIsland: html.includes("<honox-island"),
          scriptBytes: open && await scriptBytes(open, origin + page),
        };
      }),
    );
  }
  return benches;
}

/** From the start of navigation until the trial table has every trial, median of five loads. */
async function benchInteractive(store: string, page: string, open: Open): Promise<number | undefined> {
  return await withServer(store, async (origin) => {
    const answer = await fetch(origin + page);
    await answer.body?.cancel();
    if (!answer.ok) return undefined;
    const browser = await open();
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const context = await browser.newContext();
      const tab = await context.newPage();
      await tab.goto(origin + page, { waitUntil: "commit" });
      await tab.waitForSelector(".trials input[type=search]");
      times.push(await tab.evaluate(() => performance.now()));
      await context.close();
    }
    await browser.close();
    return median(times);
  });
}

/** Bytes of the scripts a page loads, gzipped as the server sends them. */
async function scriptBytes(open: Open, url: string): Promise<number> {
  const browser = await open();
  const scripts = new Set<string>();
  const { page } = await visit(browser, "about:blank", { width: 1280, scheme: "light" });
  page.on("request", (request) => request.resourceType() === "script" && scripts.add(request.url()));
  await page.goto(url);
  await page.waitForTimeout(300);
  await browser.close();
  let bytes = 0;
  for (const script of scripts) {
    const plain = (await fetch(script)).body!;
    bytes += (await new Response(plain.pipeThrough(new CompressionStream("gzip"))).arrayBuffer()).byteLength;
  }
  return bytes;
}

async function timeAnswer(url: string): Promise<[number, string]> {
  const start = performance.now();
  const html = await (await fetch(url)).text();
  return [performance.now() - start, html];
}

/** Runs the dashboard in a process of its own while `use` asks it. */
async function withServer<T>(store: string, use: (origin: string) => Promise<T>): Promise<T> {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "cli/main.ts", "dashboard", "--port", "0", "--profiles", store],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const said = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let text = "";
    while (!text.includes("\n")) {
      const { value, done } = await said.read();
      if (done) throw new Error("Cannot time the dashboard: it ended before it said its address");
      text += value;
    }
    return await use(/http:\/\/[^/\s]+/.exec(text)![0]);
  } finally {
    server.kill("SIGINT");
    await said.cancel();
    await server.status;
  }
}

function judge(pages: readonly PageBench[], interactive: number | undefined): void {
  for (const { page, coldMs, warmMs, scriptBytes = 0, hasIsland } of pages) {
    if (coldMs > GOALS.responseMs) missed.push(`${page}: first response after ${coldMs.toFixed(0)} ms`);
    if (warmMs > GOALS.responseMs) missed.push(`${page}: warm response after ${warmMs.toFixed(0)} ms`);
    if (!hasIsland && scriptBytes > 0) missed.push(`${page}: loads JavaScript and has no island`);
    if (scriptBytes > GOALS.scriptBytes) missed.push(`${page}: ${scriptBytes} bytes of JavaScript`);
  }
  if (interactive !== undefined && interactive > GOALS.interactiveMs) {
    missed.push(`10,000 trials: interactive after ${interactive.toFixed(0)} ms`);
  }
}

async function printTables(
  pages: readonly PageBench[],
  interactive: number | undefined,
  reason: string | undefined,
): Promise<void> {
  const head = ["page", "cold ms", "warm ms", "worst ms", "HTML KB", "JavaScript KB gz"];
  const rows = pages.map((p) => [
    p.page,
    ...[p.coldMs, p.warmMs, p.worstMs].map((ms) => ms.toFixed(1)),
    (p.htmlBytes / 1000).toFixed(1),
    p.scriptBytes === undefined ? "-" : p.scriptBytes === 0 ? "none" : (p.scriptBytes / 1000).toFixed(1),
  ]);
  await print(...table(head, rows, [1, 2, 3, 4, 5]), "");
  await print(
    interactive === undefined
      ? `10,000 trials: not timed, ${reason ?? "there is no page of a family"}`
      : `10,000 trials: interactive after ${interactive.toFixed(0)} ms (goal ${GOALS.interactiveMs})`,
    missed.length === 0
      ? `Every goal is met: ${GOALS.responseMs} ms, ${GOALS.scriptBytes / 1000} KB.`
      : `Goals missed:\n  ${missed.join("\n  ")}`,
  );
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}
