// What the Compare page gives to download: of its choice, of the right type, as an attachment, and nothing to run in it.
import { parseHTML } from "linkedom";
import { comparisonSchema } from "../../compare/comparison.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../cli/in_folder.ts";
import { appForTest, STORED_PROFILES } from "./app_for_test.ts";
import { writeHostileStore } from "./hostile_comparison.ts";

const DAWN = "device=dawn_nvidia_h200";
const DENO = "device=builtin_nvidia_h200_0x2335";
const MODELS = ["kimi-linear-48b", "gdn-hybrid-48b"];
const CHOICE = `${DAWN}&model=${MODELS[0]}&against=${MODELS[1]}&batch=largest&from=8192&to=65536`;

const stored = await appForTest(STORED_PROFILES);

/** A file's answer, which must be an attachment of that type and name. */
async function download(path: string, type: string, name: string): Promise<Response> {
  const answer = await stored.request(`/compare/files/${path}`);
  assertEquals(answer.status, 200, path);
  assertEquals(answer.headers.get("content-type"), type);
  assertEquals(answer.headers.get("content-disposition"), `attachment; filename="${name}"`);
  assertEquals(answer.headers.get("x-content-type-options"), "nosniff");
  return answer;
}

/** Parses XML, and fails where it is torn, or holds what could run or load. */
function assertPlainSvg(text: string): Element {
  assertWellFormed(text);
  const { document } = parseHTML(text.replace(/^<svg/, "<svg id=root"));
  const svg = document.getElementById("root")! as unknown as Element;
  assertEquals(svg.querySelectorAll("style, script, foreignObject, image, a, use[href^=http]").length, 0);
  const names = [svg, ...svg.querySelectorAll("*")].flatMap((element) => element.getAttributeNames());
  assertEquals(names.filter((name) => /^on|^style$/.test(name)), []);
  return svg;
}

/** Every tag closed, every `<` and `&` of a text escaped: what a strict reader asks for. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const token = /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)|(<)/g;
  for (const [all, close, name, attributes = "", isEmpty, words = "", torn] of xml.matchAll(token)) {
    assert(torn === undefined, `a bare < before ${xml.slice(xml.indexOf(all), 60)}`);
    const bare = /&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.exec(attributes + words);
    assert(!bare, `a bare & in ${(attributes + words).slice(0, 80)}`);
    const keys = [...attributes.matchAll(/([\w:-]+)="/g)].map(([, key]) => key);
    assertEquals(new Set(keys).size, keys.length, `an attribute twice in ${all}`);
    if (close) assertEquals(open.pop(), name);
    else if (name && !isEmpty) open.push(name);
  }
  assertEquals(open, []);
}

Deno.test("every file a Compare page links to is there, as an attachment", async () => {
  for (const query of [CHOICE, `${DAWN}&${DENO}&paper=all`, `${DAWN}&model=${MODELS[0]}`]) {
    const page = await stored.page(`/compare?${query}`);
    const links = [...page.querySelectorAll("a[download]")].map((link) => link.getAttribute("href")!);
    assertEquals(links.length, 2 * page.querySelectorAll("figure").length + 2);
    for (const link of links.filter((link) => !link.includes(".png"))) {
      const answer = await stored.request(link);
      assertEquals(answer.status, 200, link);
      assert(/^attachment; filename="[\w.-]+"$/.test(answer.headers.get("content-disposition")!), link);
      const text = await answer.text();
      if (link.includes(".svg?")) assertPlainSvg(text);
    }
  }
});

Deno.test("an SVG holds the figure of the choice and its words", async () => {
  const answer = await download(
    `decode_batched.svg?${CHOICE}`,
    "image/svg+xml",
    "dawn_nvidia_h200_decode_batched.svg",
  );
  const svg = assertPlainSvg(await answer.text());
  assert(svg.querySelector("title")!.textContent.includes("NVIDIA H200"), "a file says its device");
  const labels = svg.textContent;
  assert(MODELS.every((name) => labels.includes(name)), labels);
  assert(labels.includes("64K") && !labels.includes("128K"), "lengths as chosen");
});

Deno.test("a PNG is one, twice as wide as its SVG", async () => {
  const answer = await download(`prefill.png?${CHOICE}`, "image/png", "dawn_nvidia_h200_prefill.png");
  const bytes = new Uint8Array(await answer.arrayBuffer());
  assertEquals([...bytes.slice(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  assertEquals(new DataView(bytes.buffer).getUint32(16), 1600);
});

Deno.test("points.csv has a row for each point and each gap of the choice", async () => {
  const comparison = comparisonSchema.parse(
    JSON.parse(await Deno.readTextFile(`${STORED_PROFILES}/dawn_nvidia_h200/comparison.json`)),
  );
  // A cache of a million tokens of MHA fits no device: a gap that no run fills.
  const models = [MODELS[0], "mha-48b"];
  const choice = `${DAWN}&model=${models[0]}&against=${models[1]}&from=262144&to=1048576`;
  const isChosen = ({ model, tokens }: { model: string; tokens: number }) =>
    models.includes(model) && tokens >= 262144 && tokens <= 1048576;
  const [points, missing] = [comparison.points.filter(isChosen), comparison.missing.filter(isChosen)];
  assert(points.length > 0 && missing.length > 0, "the choice has points and gaps");

  const answer = await download(
    `points.csv?${choice}`,
    "text/csv; charset=utf-8",
    "dawn_nvidia_h200_points.csv",
  );
  const [head, ...rows] = (await answer.text()).trimEnd().split("\r\n");
  assert(head.startsWith("model,phase,tokens,batch,us,"), head);
  assertEquals(rows.length, points.length + missing.length);
  const keys = rows.map((row) => row.split(",").slice(0, 5).join());
  assertEquals(
    keys.sort(),
    [
      ...points.map((p) => `${p.model},${p.phase},${p.tokens},${p.batch},${p.us}`),
      ...missing.map((p) => `${p.model},${p.phase},${p.tokens},${p.batch},`),
    ].sort(),
  );
});

Deno.test("points.csv of two devices names the device of each point", async () => {
  const answer = await download(
    `points.csv?${DAWN}&${DENO}`,
    "text/csv; charset=utf-8",
    "dawn_nvidia_h200_builtin_nvidia_h200_0x2335_points.csv",
  );
  const rows = (await answer.text()).trimEnd().split("\r\n").slice(1);
  assertEquals([...new Set(rows.map((row) => row.split(",")[0]))].sort(), [
    "full-mla-48b on Dawn",
    "full-mla-48b on Deno",
    "kimi-linear-48b on Dawn",
    "kimi-linear-48b on Deno",
  ]);
});

Deno.test("comparison.json is a comparison, of the models chosen; of two devices, one each", async () => {
  const one = await download(
    `comparison.json?${CHOICE}`,
    "application/json",
    "dawn_nvidia_h200_comparison.json",
  );
  const comparison = comparisonSchema.parse(await one.json());
  assertEquals(comparison.models.map((m) => m.name), MODELS);
  assert(comparison.points.every((p) => MODELS.includes(p.model) && p.tokens <= 65536));

  const two = await stored.request(`/compare/files/comparison.json?${DAWN}&${DENO}`);
  const all = comparisonSchema.array().parse(await two.json());
  assertEquals(all.map(({ device }) => device.backend), ["dawn", "builtin"]);
});

Deno.test("no other name is a file", async () => {
  const names = [
    "nope.svg",
    "prefill",
    "prefill.",
    "prefill.gif",
    "prefill.svg.exe",
    "points.json",
    "points.svg",
    "comparison.csv",
    "decode_batched.svg", // not shown by this choice
    "..",
    "../index",
    "..%2F..%2Fcomparison.json",
    "..%2Fpoints.csv",
    "%2e%2e%2fcomparison.json",
    "..%5Ccomparison.json",
    "%00.svg",
    "prefill.svg%00",
    "prefill.svg%0d%0aset-cookie:a=b",
    "__proto__.svg",
    "constructor.json",
    "",
  ];
  for (const name of names) {
    const answer = await stored.request(`/compare/files/${name}?${DAWN}`);
    await answer.body?.cancel();
    assert([400, 404].includes(answer.status), `${name}: ${answer.status}`);
    assertEquals(answer.headers.get("content-disposition"), null);
  }
});

Deno.test("files hold hostile texts as text, under names that are fit for a disk", async () => {
  await inFolder(async (root) => {
    const slugs = await writeHostileStore(root);
    const app = await appForTest(root);
    for (const query of ["", `?${slugs.map((slug) => `device=${slug}`).join("&")}&paper=all`]) {
      const page = await app.page(`/compare${query}`);
      for (const link of page.querySelectorAll('a[download][href*=".svg"]')) {
        const answer = await app.request(link.getAttribute("href")!);
        assertEquals(answer.status, 200);
        assert(/^attachment; filename="[\w.-]{1,130}"$/.test(answer.headers.get("content-disposition")!));
        const svg = assertPlainSvg(await answer.text());
        if (query === "") assert(svg.querySelector("title")!.textContent.includes("<script>"), "as text");
      }
    }
    const png = await app.request("/compare/files/prefill.png");
    assertEquals([png.status, new Uint8Array(await png.arrayBuffer())[1]], [200, 0x50]);
  });
});

Deno.test("an empty store has no files", async () => {
  await inFolder(async (root) => {
    const app = await appForTest(root);
    for (const name of ["points.csv", "comparison.json", "prefill.svg", "prefill.png"]) {
      assertEquals((await app.request(`/compare/files/${name}`)).status, 404, name);
    }
  });
});
