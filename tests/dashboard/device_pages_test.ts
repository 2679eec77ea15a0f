// The pages /devices and /devices/[device] as a browser is answered.
import { openShelf } from "../../dashboard/shelf_fs.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../cli/in_folder.ts";
import { appForTest, STORED_PROFILES } from "./app_for_test.ts";
import { writeFakeStore } from "./fake_store.ts";

const texts = (document: Document, selector: string) =>
  [...document.querySelectorAll(selector)].map((element) => element.textContent!.trim());

Deno.test("the stored profiles: a row for each device, and a page with roofs, winners and limits", async () => {
  const { page } = await appForTest(STORED_PROFILES);
  const { devices } = await openShelf(STORED_PROFILES).devices();
  const list = await page("/devices");
  assertEquals(list.querySelectorAll("tbody tr").length, devices.length);
  for (const { slug, profile, families } of devices) {
    assert(list.querySelector(`th a[href="/devices/${slug}"]`), slug);
    const document = await page(`/devices/${slug}`);
    const headings = texts(document, "h2");
    for (const heading of ["Identity", "Roofline and winners", "Granted features and limits"]) {
      assert(headings.includes(heading), headings.join());
    }
    assertEquals(document.querySelectorAll("#roofline svg.plot").length, 2);
    assertEquals(document.querySelectorAll("#winners th.workload").length, profile.winners.length);
    assertEquals(texts(document, "#winners tr.group a"), [...families]);
    assertEquals(document.querySelectorAll("main .warn").length <= 1, true);
    assert(texts(document, "th.mono").includes("maxComputeWorkgroupStorageSize"));
  }
});

Deno.test("a family can be chosen, and an unknown one falls back to all", () =>
  inFolder(async (root) => {
    const [slug] = await writeFakeStore(root, { devices: 1 });
    const { page } = await appForTest(root);
    const groups = async (query: string) =>
      texts(await page(`/devices/${slug}${query}`), "#winners tr.group a");
    assertEquals(await groups(""), ["kda_prefill", "mla_decode"]);
    assertEquals(await groups("?family=mla_decode"), ["mla_decode"]);
    for (const evil of ["gone", "__proto__", "../..", "<script>"]) {
      assertEquals((await groups(`?family=${encodeURIComponent(evil)}`)).length, 2, evil);
    }
  }));

Deno.test("an empty store and a missing one say what to do next", () =>
  inFolder(async (root) => {
    for (const store of [root, `${root}/missing`]) {
      const { page } = await appForTest(store);
      assertEquals(texts(await page("/devices"), ".empty code"), ["deno task tune"]);
      assert((await page("/devices/nobody", 404)).querySelector("h1"));
    }
  }));

Deno.test("a torn profile is said, and the other devices are shown", () =>
  inFolder(async (root) => {
    const [torn, whole] = await writeFakeStore(root, { devices: 2, trials: 20 });
    const path = `${root}/${torn}/profile.json`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.slice(0, text.length / 2));
    const { page } = await appForTest(root);
    for (const address of ["/", "/devices", "/portability"]) {
      const document = await page(address);
      assert(texts(document, ".warn").some((warning) => warning.includes(torn)), address);
      assert(document.querySelector(`a[href^="/devices/${whole}"]`), address);
      assert(!document.body.textContent!.includes(root), `${address} tells where the store lies`);
    }
    const document = await page(`/devices/${torn}`, 500);
    assert(document.querySelector(".warn")!.textContent!.includes(`${torn}/profile.json`));
    assert(!document.body.textContent!.includes(root), "the page tells where the store lies");
    assertEquals((await page(`/devices/${whole}`)).querySelectorAll(".warn").length, 0);
    await Deno.writeTextFile(path, text);
    assertEquals(texts(await page(`/devices/${torn}`), ".warn"), []);
  }));

Deno.test("what of a device can't be read is said on its page, and the rest is shown", () =>
  inFolder(async (root) => {
    const [slug] = await writeFakeStore(root, { devices: 1, trials: 40 });
    const { page } = await appForTest(root);
    await Deno.writeTextFile(`${root}/${slug}/mla_decode.jsonl`, '{"schemaVersion":1,"fam', { append: true });
    await Deno.writeTextFile(`${root}/${slug}/stages.json`, "{");
    const document = await page(`/devices/${slug}`);
    const warnings = texts(document, ".warn li, p.warn");
    assertEquals(warnings.length, 2, warnings.join("\n"));
    assert(/1 line of mla_decode.jsonl/.test(warnings[0]) && /stages.json/.test(warnings[1]));
    assert(document.querySelector("#roofline svg"));
  }));

Deno.test("winners of another source are called stale, and those with stages link them", () =>
  inFolder(async (root) => {
    const [slug] = await writeFakeStore(root, { devices: 1, families: ["mla_decode"], trials: 60 });
    const path = `${root}/${slug}/profile.json`;
    const profile = JSON.parse(await Deno.readTextFile(path));
    const [first, second] = profile.winners;
    first.sourceHash = "old";
    await Deno.writeTextFile(path, JSON.stringify(profile));
    const { family, bucket, variant, axes, sourceHash, timing } = second;
    const entry = { family, bucket, variant, axes, sourceHash, driver: "", at: profile.updatedAt };
    const entries = [{ ...entry, times: { whole: timing, passes: [] } }];
    await Deno.writeTextFile(
      `${root}/${slug}/stages.json`,
      JSON.stringify({ schemaVersion: 1, entries }),
    );
    const { page } = await appForTest(root);
    const document = await page(`/devices/${slug}`);
    assert(texts(document, ".warn").some((text) => /^1 of 2 winners are stale/.test(text)));
    assertEquals(texts(document, "#winners .tag"), ["stale"]);
    const links = [...document.querySelectorAll("#winners td a")];
    assertEquals(links.map((link) => link.getAttribute("href")), [`/devices/${slug}/mla_decode#stages`]);
    assertEquals(texts(await page("/devices"), "tbody .tag"), ["1 stale"]);
  }));

Deno.test("a device without trials, winners, ceilings or limits has a page", () =>
  inFolder(async (root) => {
    const [slug] = await writeFakeStore(root, { devices: 1, families: ["mla_decode"], trials: 20 });
    const path = `${root}/${slug}/profile.json`;
    const { ceilings: _, ...profile } = JSON.parse(await Deno.readTextFile(path));
    const { page } = await appForTest(root);
    await Deno.writeTextFile(path, JSON.stringify(profile));
    assert((await page(`/devices/${slug}`)).querySelector("#roofline svg"));
    await Deno.remove(`${root}/${slug}/mla_decode.jsonl`);
    assert(
      /no trials on disk/.test((await page(`/devices/${slug}`)).querySelector("#winners")!.textContent!),
    );
    const device = { ...profile.device, features: [], limits: {}, subgroupMatrices: undefined };
    await Deno.writeTextFile(path, JSON.stringify({ ...profile, device, winners: [] }));
    const bare = await page(`/devices/${slug}`);
    assert(texts(bare, ".empty code").includes("deno task tune"));
    assert(!bare.querySelector("#roofline") && /None were recorded/.test(bare.body.textContent!));
  }));

Deno.test("a software adapter's page says that its times say nothing of a GPU", () =>
  inFolder(async (root) => {
    const slugs = await writeFakeStore(root, { devices: 8, families: ["mla_decode"], trials: 10 });
    const { page } = await appForTest(root);
    assertEquals(texts(await page(`/devices/${slugs[7]}`), ".warn").length, 1);
    assertEquals(texts(await page(`/devices/${slugs[0]}`), ".warn").length, 0);
  }));

Deno.test("five thousand trials are few elements", () =>
  inFolder(async (root) => {
    const families = ["kda_prefill", "mla_decode"];
    const [slug] = await writeFakeStore(root, { devices: 1, families, trials: 2500, sizes: 3 });
    const { page } = await appForTest(root);
    const elements = (await page(`/devices/${slug}`)).querySelectorAll("*").length;
    assert(elements < 900, `${elements} elements`);
  }));
