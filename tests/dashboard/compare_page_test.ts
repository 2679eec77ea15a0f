// The Compare page over the stored profiles, for every kind of choice; over hostile, broken and empty stores.
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../cli/in_folder.ts";
import { sampleComparison } from "../compare/sample_comparison.ts";
import { appForTest, STORED_PROFILES } from "./app_for_test.ts";
import { HOSTILE, writeHostileStore } from "./hostile_comparison.ts";
import { writeFakeStore } from "./fake_store.ts";

const DAWN = "device=dawn_nvidia_h200";
const DENO = "device=builtin_nvidia_h200_0x2335";
const [KIMI, MLA] = ["kimi-linear-48b", "full-mla-48b"];
const ALL = `model=${KIMI}&against=${MLA}&against=gdn-hybrid-48b&against=gqa8-48b&against=mha-48b`;

const stored = await appForTest(STORED_PROFILES);

const figures = (page: Document) =>
  [...page.querySelectorAll("figure")].map((figure) => figure.id.replace("figure-", ""));
const chosen = (page: Document, name: string) =>
  page.querySelector(`select[name=${name}] option[selected]`)?.getAttribute("value");
const ticked = (page: Document, name: string) =>
  [...page.querySelectorAll(`input[name=${name}]`)].filter((box) => box.hasAttribute("checked"))
    .map((box) => box.getAttribute("value"));

Deno.test("Compare shows the newest GPU's first two models: figures, answers, numbers, files", async () => {
  const page = await stored.page(`/compare?${DAWN}`);
  assertEquals(figures(page), [`ratio_${MLA}`, "prefill", "decode", "memory", "formulations_kda_prefill"]);
  for (const figure of page.querySelectorAll("figure")) {
    const svg = figure.querySelector("svg[role=img]")!;
    assert(svg.getAttribute("aria-label")!.length > 40, `${figure.id} says what it shows`);
    assert(svg.querySelectorAll("path, circle").length > 2, `${figure.id} draws`);
  }
  assert(page.querySelector(".answers h2")!.textContent.includes(`${KIMI} against ${MLA}`));
  assertEquals(page.querySelectorAll(".lengths tbody tr").length, 9);
  assert(page.body.textContent.includes("Token mixing only"), "the page says what its times hold");
  assertEquals(page.querySelectorAll("style, [style], script:not([src])").length, 0);
  assertEquals(page.querySelector(".warn"), null);
});

Deno.test("Compare's controls show every choice of the address", async () => {
  const query = `${DENO}&model=${MLA}&against=${KIMI}&batch=largest&paper=none&from=8192&to=65536`;
  const page = await stored.page(`/compare?${query}`);
  const selects = ["model", "batch", "paper", "from", "to"].map((name) => chosen(page, name));
  assertEquals(selects, [MLA, "largest", "none", "8192", "65536"]);
  assertEquals(ticked(page, "device"), ["builtin_nvidia_h200_0x2335"]);
  assertEquals(ticked(page, "against"), [KIMI]);
  assertEquals(page.querySelectorAll(".lengths tbody tr").length, 4);
  assert(page.querySelector(".files a")!.getAttribute("href")!.endsWith(query), "files are of this choice");
});

Deno.test("Compare shows decode at the largest batches where it is asked for", async () => {
  const page = await stored.page(`/compare?${DAWN}&batch=largest`);
  assert(figures(page).includes("decode_batched"));
  assert(!figures(page).includes("decode"));
  assert(page.querySelector(".lengths")!.textContent.includes("[sequences]"));
});

Deno.test("Compare lays the paper's curves over ours as told, and names their source", async () => {
  const texts = async (paper: string) => {
    const page = await stored.page(`/compare?${DAWN}&paper=${paper}`);
    return [`ratio_${MLA}`, "prefill"].map((name) =>
      /arXiv 2510\.26692/.test(page.getElementById(`figure-${name}`)!.textContent)
    );
  };
  assertEquals(await texts("none"), [false, false]);
  assertEquals(await texts("ratios"), [true, false]);
  assertEquals(await texts("all"), [true, true]);
});

Deno.test("Compare shows one model alone, without answers", async () => {
  const page = await stored.page(`/compare?${DAWN}&model=${KIMI}`);
  assertEquals(figures(page), ["prefill", "decode", "memory", "formulations_kda_prefill"]);
  assertEquals(ticked(page, "against"), []);
});

Deno.test("Compare shows five models: a ratio each, and tables that have room", async () => {
  const page = await stored.page(`/compare?${DAWN}&${ALL}`);
  assertEquals(figures(page).filter((name) => name.startsWith("ratio_")).length, 4);
  assertEquals(page.querySelectorAll(".lengths table").length, 3);
  const gap = [...page.querySelectorAll(".lengths td")].find((cell) => /^- \(\d+\)$/.test(cell.textContent));
  assert(gap, "a number that is missing is a dash with its reason's place");
  assert(page.querySelector(".lengths .notes")!.textContent.includes(gap.textContent.slice(2)));
});

Deno.test("Compare puts two devices side by side", async () => {
  const page = await stored.page(`/compare?${DAWN}&${DENO}`);
  assertEquals(figures(page), [
    `ratio_${KIMI}_on_Deno`,
    `ratio_${MLA}_on_Deno`,
    "prefill",
    "decode",
    `ratio_${MLA}_dawn_nvidia_h200`,
    `ratio_${MLA}_builtin_nvidia_h200_0x2335`,
    "memory",
  ]);
  const heads = [...page.querySelectorAll(".lengths thead tr:last-child th")].map((th) => th.textContent);
  assert(heads.includes(`${KIMI} on Dawn`) && heads.includes(`${KIMI} on Deno`), heads.join());
  assert(page.getElementById("figure-prefill")!.textContent.includes("Dawn: NVIDIA H200"));
});

Deno.test("Compare takes nonsense as if it had not been asked for", async () => {
  const usual = await stored.page("/compare");
  for (
    const query of [
      "device=nope",
      "device=../../etc",
      "device=%00",
      "model=nope",
      "against=__proto__",
      "batch=7&paper=0&from=-1&to=NaN",
      "from=1e308",
      "%E0%A4%A",
    ]
  ) {
    const page = await stored.page(`/compare?${query}`);
    assertEquals(figures(page), figures(usual), query);
  }
  const turned = await stored.page("/compare?from=65536&to=8192");
  assertEquals([chosen(turned, "from"), chosen(turned, "to")], ["8192", "65536"]);
});

Deno.test("Compare calls a software adapter what it is", async () => {
  await inFolder(async (root) => {
    const [slug] = await writeFakeStore(root, { devices: 1, trials: 10 });
    const sample = sampleComparison();
    const comparison = { ...sample, device: { ...sample.device, software: true } };
    const path = `${root}/${slug}/profile.json`;
    const profile = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(
      path,
      JSON.stringify({ ...profile, device: { ...profile.device, software: true } }),
    );
    await Deno.writeTextFile(`${root}/${slug}/comparison.json`, JSON.stringify(comparison));
    const page = await (await appForTest(root)).page("/compare");
    assert(page.querySelector(".warn")!.textContent.includes("say nothing about a GPU"));
  });
});

Deno.test("Compare shows what is stored as text, whatever it holds", async () => {
  await inFolder(async (root) => {
    const slugs = await writeHostileStore(root);
    const app = await appForTest(root);
    for (
      const query of [
        "",
        "?batch=largest&paper=all",
        `?${slugs.map((slug) => `device=${slug}`).join("&")}`,
      ]
    ) {
      const answer = await app.request(`/compare${query}`);
      assertEquals(answer.status, 200);
      const text = await answer.text();
      assert(!/<script>|<img/i.test(text), `markup got through: ${query}`);
      const page = await app.page(`/compare${query}`);
      assertEquals(page.querySelectorAll("script:not([src]), img").length, 0);
      assert(
        page.querySelector(".origin")!.textContent.includes(HOSTILE),
        "the device's name is there, as text",
      );
      assert(page.querySelector(".lengths")!.textContent.includes(HOSTILE));
      const ids = [...page.querySelectorAll("[id]")].map((element) => element.id);
      assertEquals(new Set(ids).size, ids.length, "ids are of one element each");
    }
  });
});

Deno.test("Compare refuses a comparison whose model has a hostile name, and says so as text", async () => {
  await inFolder(async (root) => {
    const [slug] = await writeFakeStore(root, { devices: 1, trials: 10 });
    const text = JSON.stringify(sampleComparison()).replaceAll(
      `"${KIMI}"`,
      JSON.stringify(`${KIMI}${HOSTILE}`),
    );
    await Deno.writeTextFile(`${root}/${slug}/comparison.json`, text);
    const page = await (await appForTest(root)).page(`/compare?model=${encodeURIComponent(HOSTILE)}`);
    assert(page.querySelector(".warn")!.textContent.includes("a name is lower-case letters"));
    assert(page.body.textContent.includes("No comparison can be read"));
    assertEquals(page.querySelectorAll("script:not([src]), img").length, 0);
  });
});

Deno.test("Compare says which comparison can't be read, and shows the others", async () => {
  await inFolder(async (root) => {
    const [one, other] = await writeFakeStore(root, { devices: 2, trials: 10 });
    await Deno.writeTextFile(`${root}/${one}/comparison.json`, '{"schemaVersion": 1, "dev');
    const app = await appForTest(root);
    const broken = await app.page("/compare");
    assert(/comparison\.json: it is not JSON; run deno task compare again/.test(broken.body.textContent));

    await Deno.writeTextFile(`${root}/${one}/comparison.json`, '{"schemaVersion": 2}');
    const newer = await app.page(`/compare?device=${one}`);
    assert(/Cannot read .*comparison\.json: .*run deno task compare again/.test(newer.body.textContent));

    await Deno.writeTextFile(`${root}/${other}/comparison.json`, JSON.stringify(sampleComparison()));
    const mended = await app.page(`/compare?device=${one}&device=${other}`);
    assert(/Cannot read .*comparison\.json/.test(mended.body.textContent));
    assert(figures(mended).includes("prefill"));
  });
});

Deno.test("Compare leaves out a device whose times hold other work", async () => {
  await inFolder(async (root) => {
    const [one, other] = await writeFakeStore(root, { devices: 2, trials: 10 });
    const sample = sampleComparison();
    await Deno.writeTextFile(`${root}/${one}/comparison.json`, JSON.stringify(sample));
    await Deno.writeTextFile(
      `${root}/${other}/comparison.json`,
      JSON.stringify({ ...sample, withProjections: true }),
    );
    const page = await (await appForTest(root)).page(`/compare?device=${one}&device=${other}`);
    assert(page.body.textContent.includes(`${other} is left out: its times hold other work`));
    assertEquals(ticked(page, "device"), [one]);
  });
});

Deno.test("Compare says what to run where nothing was compared", async () => {
  await inFolder(async (root) => {
    const app = await appForTest(root);
    for (const devices of [0, 1]) {
      if (devices > 0) await writeFakeStore(root, { devices, trials: 10 });
      const page = await app.page("/compare?device=nope&model=x");
      assert(page.body.textContent.includes("deno task compare"));
      assertEquals(page.querySelectorAll("form, figure").length, 0);
    }
  });
});
