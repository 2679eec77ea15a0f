// What no page may do, whatever its store holds: run text, leave its policy, tell paths, read beside its store.
import { parseHTML } from "linkedom";
import { openShelf } from "../../dashboard/shelf_fs.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../cli/in_folder.ts";
import { type AppForTest, appForTest } from "./app_for_test.ts";
import { crawl } from "./browser/crawl.ts";
import { writeFakeStore } from "./fake_store.ts";
import { writeSampleStore } from "./sample_store.ts";

const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(1)>`;
const ROUTES = new URL("../../dashboard/app/routes/", import.meta.url);

/** Every address of the dashboard as its files name them, as "/devices/[device]/[family]". */
function* addresses(folder = ROUTES, above = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* addresses(new URL(`${name}/`, folder), `${above}/${name}`);
    else if (!name.startsWith("_")) {
      yield `${above}/${name.replace(/\.tsx?$/, "")}`.replace(/\/index$/, "") || "/";
    }
  }
}

/** An address with its device, and a family and a file there are. */
function filled(address: string, device: string): string {
  return address.replace("[device]", device).replace("[family]", "mla_decode").replace(
    "[file]",
    "points.csv",
  );
}

/** What a page's policy would forbid, or a browser would run. */
function faultsOf(html: string): string[] {
  const { document } = parseHTML(html);
  const faults: string[] = [];
  for (const element of document.querySelectorAll("*")) {
    const name = element.tagName.toLowerCase();
    if (["style", "iframe", "object", "embed", "base"].includes(name)) faults.push(`<${name}>`);
    if (name === "script" && !element.getAttribute("src")?.startsWith("/assets/")) {
      faults.push("inline <script>");
    }
    if (name === "img" && element.getAttribute("src") === "x") faults.push("a profile's <img>");
    for (const { name: attribute, value } of element.attributes) {
      if (attribute === "style" || /^on/i.test(attribute)) faults.push(`${attribute}= of <${name}>`);
      const isIcon = element.getAttribute("rel") === "icon" && value.startsWith("data:image/svg+xml,");
      if (!isIcon && /^\s*(javascript|data|vbscript):/i.test(value)) {
        faults.push(`${attribute}=${value.slice(0, 40)}`);
      }
    }
  }
  const outsideQuotes = html.replaceAll(/"[^"]*"/g, '""');
  if (/<script>alert/i.test(outsideQuotes)) faults.push("a profile's text as it is");
  return faults;
}

function policyFaults({ headers }: Response): string[] {
  const policy = headers.get("content-security-policy");
  return [
    ...(policy?.includes("default-src 'none'") && !policy.includes("unsafe") ? [] : ["no policy"]),
    ...(headers.get("x-content-type-options") === "nosniff" ? [] : ["may be sniffed"]),
  ];
}

/** Follows every link; returns pages by address, and faults of everything met. */
async function sweep({ request }: AppForTest): Promise<{ pages: Map<string, string>; faults: string[] }> {
  const pages = new Map<string, string>();
  const faults: string[] = [];
  await crawl(async (path) => {
    const answer = await request(path);
    faults.push(...policyFaults(answer).map((fault) => `${path}: ${fault}`));
    if (answer.status >= 500) faults.push(`${path}: ${answer.status}`);
    if (!answer.headers.get("content-type")?.startsWith("text/html")) return answer;
    const html = await answer.clone().text();
    pages.set(path, html);
    faults.push(...faultsOf(html).map((fault) => `${path}: ${fault}`));
    return answer;
  }, { depth: 3 });
  return { pages, faults };
}

/** A record in which every text, and every name of an entry, is `EVIL`, those that a schema fixes aside. */
function poisoned(value: unknown, kept: ReadonlySet<string>, name = ""): unknown {
  if (typeof value === "string") return kept.has(name) ? value : EVIL;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, kept, name));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, poisoned(item, kept, key)] as const);
  const isOpen = ["limits", "config", "axes"].includes(name);
  return Object.fromEntries(isOpen ? [...entries, [EVIL, 1]] : entries);
}

const FIXED = ["schemaVersion", "backend", "clock", "updatedAt", "measuredAt", "at", "status"];
const NAMES = ["family", "bucket", "variant"];

Deno.test("no page of a full store has inline scripts, styles or handlers, and all have the policy", () =>
  inFolder(async (root) => {
    await writeSampleStore(root);
    const { pages, faults } = await sweep(await appForTest(root));
    assertEquals(faults, []);
    assert(pages.size >= 15, [...pages.keys()].join("\n"));
  }));

for (
  const [what, kept] of [["all its texts", FIXED], ["texts beside its names", [...FIXED, ...NAMES]]] as const
) {
  Deno.test(`a store that would run scripts is only text: ${what}`, () =>
    inFolder(async (root) => {
      const slugs = await writeSampleStore(root);
      for (const slug of slugs.slice(0, 3)) {
        const folder = `${root}/${slug}`;
        const keep = new Set<string>(kept);
        const profile = JSON.parse(await Deno.readTextFile(`${folder}/profile.json`));
        await Deno.writeTextFile(`${folder}/profile.json`, JSON.stringify(poisoned(profile, keep)));
        const lines = (await Deno.readTextFile(`${folder}/mla_decode.jsonl`)).trimEnd().split("\n");
        const trials = lines.map((line) => JSON.stringify(poisoned(JSON.parse(line), keep)));
        await Deno.writeTextFile(`${folder}/mla_decode.jsonl`, trials.join("\n") + "\n");
      }
      const path = `${root}/${slugs[0]}/comparison.json`;
      const { device, ...comparison } = JSON.parse(await Deno.readTextFile(path));
      const evil = { ...comparison, device: poisoned(device, new Set(FIXED)) };
      await Deno.writeTextFile(path, JSON.stringify(evil));
      const app = await appForTest(root);
      const { pages, faults } = await sweep(app);
      assert(!pages.get("/compare")!.includes("can't be read") && pages.get("/compare")!.includes("<svg"));
      assertEquals(faults, []);
      for (const address of addresses()) {
        const path = filled(address, slugs[0]);
        const answer = await app.request(path, { signal: AbortSignal.timeout(20_000) });
        assert(answer.status < 500, `${path}: ${answer.status}`);
        if (!answer.headers.get("content-type")?.startsWith("text/html")) await answer.body?.cancel();
        else assertEquals(faultsOf(await answer.text()), [], path);
      }
      assert(parseHTML(pages.get("/devices")!).document.body.textContent!.includes(EVIL));
    }));
}

Deno.test("no device parameter reads beside the store", () =>
  inFolder(async (folder) => {
    const root = `${folder}/store`;
    const [slug] = await writeFakeStore(root, { devices: 1, trials: 10 });
    await writeFakeStore(`${folder}/outside`, { devices: 1, trials: 10 });
    await Deno.rename(`${folder}/outside/${slug}`, `${folder}/beside`);
    const { request } = await appForTest(root);
    const names = [
      "nobody",
      "..%2fbeside",
      "%2e%2e%2fbeside",
      "..%5cbeside",
      "..%2f..%2fbeside",
      "%252e%252e%252fbeside",
      `.%2f${slug}`,
      `${slug}%2f`,
      `${slug}%00`,
      `${slug}%2f..%2f..%2fbeside`,
      encodeURIComponent(`${folder}/beside`),
      "%E0%A4%A",
      "__proto__",
      "profile.json",
    ];
    const routes = [...addresses()].filter((address) => address.includes("[device]"));
    assert(routes.length >= 4, routes.join());
    for (const address of routes) {
      for (const name of names) {
        const answer = await request(filled(address, name));
        const path = filled(address, name);
        assertEquals([answer.status, policyFaults(answer)], [404, []], path);
        assert(!(await answer.text()).includes(folder), path);
      }
      // A browser, like any reader of addresses, takes plain dots away before it asks.
      const answer = await request(filled(address, "../beside"));
      assert(!/H100/.test(await answer.text()), address);
    }
    const asked = await request(`/compare?device=..%2fbeside`);
    assertEquals(asked.status, 200);
    assertEquals((await request(`/compare/files/points.csv?device=..%2fbeside`)).status, 404);
  }));

Deno.test("refusals and errors come with the policy too", () =>
  inFolder(async (root) => {
    const { request } = await appForTest(root);
    const tokened = await appForTest(root, { token: "0123456789abcdef" });
    const origin = "http://localhost";
    const body = new Uint8Array(17 * 2 ** 20);
    const answers: [number, Promise<Response>][] = [
      [404, request("/nothing")],
      [404, request("/devices/nobody")],
      [404, request("/devices/nobody/kda_decode/trials.json")],
      [404, request("/compare/files/points.csv")],
      [403, request("/", { headers: { host: "evil.example" } })],
      [
        403,
        request("/api/profiles", { method: "POST", body: "{}", headers: { origin: "http://evil.example" } }),
      ],
      [
        413,
        request("/api/profiles", {
          method: "POST",
          body,
          headers: { origin, "content-length": `${body.length}` },
        }),
      ],
      [422, request("/api/profiles", { method: "POST", body: "{}" })],
      [401, tokened.request("/")],
      [302, tokened.request("/?token=0123456789abcdef")],
    ];
    for (const [status, asked] of answers) {
      const answer = await asked;
      assertEquals([answer.status, policyFaults(answer)], [status, []], `${answer.url} ${status}`);
      await answer.body?.cancel();
    }
  }));

Deno.test("scripts and styles of the build come with the policy", () =>
  inFolder(async (root) => {
    const { request, page } = await appForTest(root);
    const document = await page("/tune");
    for (const element of document.querySelectorAll("script[src], link[rel=stylesheet]")) {
      const path = element.getAttribute("src") ?? element.getAttribute("href")!;
      const answer = await request(path);
      assertEquals([answer.status, policyFaults(answer)], [200, []], path);
      await answer.body?.cancel();
    }
  }));

Deno.test("an error a route throws shows no stack and no path", async (t) => {
  await inFolder(async (root) => {
    const heard: unknown[] = [];
    const { error } = console;
    console.error = (...told) => void heard.push(...told);
    const fail = () => Promise.reject(new TypeError(`Cannot read ${root}/secret.json`));
    const shelf = {
      ...openShelf(root),
      devices: fail,
      device: fail,
      trials: fail,
      comparison: fail,
      stages: fail,
    };
    try {
      const { request } = await appForTest(root, { shelf });
      for (const address of addresses()) {
        if (["/api/live", "/api/profiles", "/live", "/tune"].includes(address)) continue;
        await t.step(address, async () => {
          const answer = await request(filled(address, "some"));
          const text = await answer.text();
          assertEquals([answer.status, policyFaults(answer)], [500, []]);
          assert(!/secret|TypeError|\.tsx?\b|\n\s+at /.test(text) && !text.includes(root), text);
        });
      }
      assert(heard.length > 0, "the terminal is told");
    } finally {
      console.error = error;
    }
  });
});
