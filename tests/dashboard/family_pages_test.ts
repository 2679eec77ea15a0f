// The pages of a family as a browser is answered: what they hold, what they refuse, and how long they take.
import { families } from "../../kernels/mod.ts";
import { openShelf } from "../../dashboard/shelf_fs.ts";
import type { TrialColumns } from "../../dashboard/app/family/trial_columns.ts";
import { assert, assertEquals } from "../assert.ts";
import { appForTest, STORED_PROFILES } from "./app_for_test.ts";
import { writeFakeStore } from "./fake_store.ts";

async function withStore(
  options: Parameters<typeof writeFakeStore>[1],
  run: (root: string, slugs: string[]) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await run(root, await writeFakeStore(root, options));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const EVIL = `"><script>alert(1)</script>`;

Deno.test("a family page shows winner, landscape, failures, passes and the fastest trials, without JavaScript", async () => {
  await withStore({ devices: 1, families: ["kda_prefill"], trials: 120, sizes: 2 }, async (root, [slug]) => {
    const { page } = await appForTest(root);
    const document = await page(`/devices/${slug}/kda_prefill`);
    assertEquals(document.querySelector("h1")!.textContent, "kda_prefill");
    assertEquals(
      [...document.querySelectorAll("h2")].map((h) => h.textContent.trim()),
      ["Winner", "Landscape", "Passes of the winner", "Trials"],
    );
    for (const name of ["heatmap", "strips", "progress"]) {
      assert(document.querySelector(`#figure-${name} svg`), name);
    }
    assertEquals(document.querySelectorAll("#trials tbody tr").length, 50);
    assertEquals(document.querySelectorAll('select[name="bucket"] option').length, 2);
    assert(!document.querySelector("[style]"), "the policy allows no inline style");
    assert(document.querySelector('script[type="module"]'));
    const link = document.querySelector("#trials tbody a")!.getAttribute("href")!;
    const code = await page(link);
    assert(code.querySelectorAll(".code .line").length > 20);
  });
});

Deno.test("choices stand in the address, and unknown ones fall back", async () => {
  await withStore({ devices: 1, families: ["kda_prefill"], trials: 120 }, async (root, [slug]) => {
    const { page } = await appForTest(root);
    const chosen = (document: Document, name: string) =>
      document.querySelector(`select[name="${name}"] option[selected]`)?.textContent;
    const asked = await page(`/devices/${slug}/kda_prefill?formulation=recurrent&x=segments&y=tileV`);
    assertEquals(["formulation", "x", "y"].map((name) => chosen(asked, name)), [
      "recurrent",
      "segments",
      "tileV",
    ]);
    const evil = encodeURIComponent(EVIL);
    const fallback = await page(
      `/devices/${slug}/kda_prefill?bucket=${evil}&formulation=${evil}&x=${evil}&y=__proto__`,
    );
    assert(chosen(fallback, "bucket") && !chosen(fallback, "formulation"));
    assert(!fallback.documentElement.outerHTML.includes("<script>alert"));
  });
});

Deno.test("pages of no device or family are not found, paths in their names included", async () => {
  const { request } = await appForTest(STORED_PROFILES);
  const [{ slug }] = (await openShelf(STORED_PROFILES).devices()).devices;
  const up = encodeURIComponent("../../tests/fixtures");
  for (
    const path of [
      "/devices/nobody/kda_decode",
      `/devices/${up}/kda_decode`,
      `/devices/${slug}/nothing`,
      `/devices/${slug}/${up}`,
      `/devices/${slug}/comparison`,
      `/devices/${slug}/profile.json`,
      `/devices/${slug}/__proto__`,
      "/devices/.%2e/kda_decode",
    ]
  ) {
    for (const page of ["", "/wgsl", "/trials.json"]) {
      const answer = await request(`${path}${page}?bucket=${up}`);
      assertEquals(answer.status, 404, `${path}${page}`);
    }
  }
  const unknown = await request(`/devices/${slug}/kda_decode/trials.json?bucket=${up}`);
  assertEquals(unknown.status, 404);
});

Deno.test("wgsl answers a variant there is none of with a sentence, and compares two", async () => {
  const { page } = await appForTest(STORED_PROFILES);
  const [{ slug }] = (await openShelf(STORED_PROFILES).devices()).devices;
  const wgsl = (query: Record<string, string>) =>
    page(`/devices/${slug}/kda_prefill/wgsl?${new URLSearchParams(query)}`);
  for (
    const a of [EVIL, "../../etc/passwd", `kda_prefill:tileV=${EVIL}`, "mla_decode:", "kda_prefill:tileV=7"]
  ) {
    const document = await wgsl({ a, b: a });
    assert(document.querySelector(".warn")!.textContent.length > 20, a);
    assert(!document.querySelector("main script"), a);
  }
  const changed = await wgsl({ a: "kda_prefill:", b: "kda_prefill:tileV=32" });
  assert(
    changed.querySelector("tr.removed") && changed.querySelector("tr.added") &&
      changed.querySelector("tr.fold"),
  );
  const same = await wgsl({ a: "kda_prefill:", b: "kda_prefill:" });
  assert(/the same in both/.test(same.querySelector("h2")!.textContent));
  const other = await wgsl({ a: "kda_prefill:", b: "kda_prefill:formulation=recurrent" });
  assert(/only in B/.test(other.body.textContent));
});

Deno.test("text of a profile and of trials is only ever text", async () => {
  await withStore({ devices: 1, families: ["mla_decode"], trials: 30, sizes: 1 }, async (root, [slug]) => {
    const profile = JSON.parse(await Deno.readTextFile(`${root}/${slug}/profile.json`));
    profile.device.description = EVIL;
    profile.winners[0].tiedWith = [EVIL];
    profile.winners[0].variant = EVIL;
    await Deno.writeTextFile(`${root}/${slug}/profile.json`, JSON.stringify(profile));
    const path = `${root}/${slug}/mla_decode.jsonl`;
    const [first, ...others] = (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    const bad = {
      ...first,
      timing: undefined,
      status: "incorrect",
      reason: EVIL,
      variant: EVIL,
      config: { ...first.config, [EVIL]: EVIL },
    };
    await Deno.writeTextFile(path, [bad, ...others].map((t) => JSON.stringify(t)).join("\n"));
    const { page, request } = await appForTest(root);
    for (const address of [`/devices/${slug}/mla_decode`, `/devices/${slug}/mla_decode/wgsl`]) {
      const document = await page(address);
      assert(!document.querySelector("main script"), address);
      assert(document.body.textContent.includes(EVIL), address);
    }
    const bucket = encodeURIComponent(profile.winners[0].bucket);
    const json = await request(`/devices/${slug}/mla_decode/trials.json?bucket=${bucket}`);
    assert(/^application\/json/.test(json.headers.get("content-type")!));
    assertEquals(json.headers.get("x-content-type-options"), "nosniff");
  });
});

Deno.test("stages kept of the winner stand below its passes, unreadable ones are said", async () => {
  await withStore({ devices: 1, families: ["mla_decode"], trials: 40, sizes: 1 }, async (root, [slug]) => {
    const { page } = await appForTest(root);
    const address = `/devices/${slug}/mla_decode`;
    assert(
      /deno task bench mla_decode .*--stages/.test(
        (await page(address)).querySelector("#passes")!.textContent,
      ),
    );
    const { winners: [winner] } = JSON.parse(await Deno.readTextFile(`${root}/${slug}/profile.json`));
    const { family, bucket, variant, axes, sourceHash, timing } = winner;
    const passes = [{
      label: "split",
      dispatches: 1,
      timing,
      memoryUs: 1,
      stages: [{ name: "scores", us: 1 }],
    }];
    const times = { whole: timing, passes };
    const entry = {
      family,
      bucket,
      variant,
      axes,
      sourceHash,
      driver: "1",
      at: "2026-11-24T00:00:00.000Z",
      times,
    };
    const path = `${root}/${slug}/stages.json`;
    await Deno.writeTextFile(path, JSON.stringify({ schemaVersion: 1, entries: [entry] }));
    const text = (await page(address)).querySelector("#passes")!.textContent;
    assert(/scores/.test(text) && !/--stages/.test(text));
    await Deno.writeTextFile(path, "{");
    assert(/stages.json/.test((await page(address)).querySelector(".warn")!.textContent));
  });
});

Deno.test("a torn line is left out and said", async () => {
  await withStore({ devices: 1, families: ["mla_decode"], trials: 20 }, async (root, [slug]) => {
    await Deno.writeTextFile(`${root}/${slug}/mla_decode.jsonl`, '{"schemaVersion":1,"fam', { append: true });
    const { page } = await appForTest(root);
    const document = await page(`/devices/${slug}/mla_decode`);
    assert(/1 line of mla_decode.jsonl/.test(document.querySelector(".warn")!.textContent));
    assert(document.querySelector("#figure-heatmap"));
  });
});

Deno.test("a family nobody tried, a profile without trials and trials that all failed have pages", async () => {
  await withStore({ devices: 1, families: ["mla_decode"], trials: 20, sizes: 1 }, async (root, [slug]) => {
    const { page } = await appForTest(root);
    for (const { name } of families.filter((f) => f.name !== "mla_decode")) {
      const document = await page(`/devices/${slug}/${name}`);
      assert(document.querySelector(".empty code")!.textContent.includes(`deno task tune ${name}`));
      assert((await page(`/devices/${slug}/${name}/wgsl`)).querySelector(".code"), name);
    }
    const path = `${root}/${slug}/mla_decode.jsonl`;
    const trials = (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => JSON.parse(line));
    await Deno.remove(path);
    assert((await page(`/devices/${slug}/mla_decode`)).querySelector("#winner .result"));
    const failed = trials.map((t) => ({ ...t, timing: undefined, status: "timeout", reason: "too long" }));
    await Deno.writeTextFile(path, failed.map((t) => JSON.stringify(t) + "\n").join(""));
    const document = await page(`/devices/${slug}/mla_decode`);
    assert(!document.querySelector("#figure-heatmap"));
    assertEquals(document.querySelectorAll(".failures tbody tr").length, 1);
    // One trial alone has nothing to be compared with.
    await Deno.writeTextFile(path, JSON.stringify(trials.find((t) => t.timing)) + "\n");
    assert((await page(`/devices/${slug}/mla_decode`)).querySelector("#figure-progress"));
  });
});

Deno.test("ten thousand trials: a page within a second at first, all of them by column, and few elements", async () => {
  await withStore(
    { devices: 1, families: ["gqa_decode"], trials: 10_000, sizes: 1 },
    async (root, [slug]) => {
      const { request, page } = await appForTest(root);
      const took: number[] = [];
      for (let i = 0; i < 3; i++) {
        const from = performance.now();
        const text = await (await request(`/devices/${slug}/gqa_decode`)).text();
        took.push(performance.now() - from);
        assert(text.length < 600_000, `${text.length} characters`);
      }
      // Elsewhere 0.4 s and 0.13 s; bounds that a busy machine meets as well.
      assert(took[0] < 3000 && Math.min(...took) < 1000, `${took} ms`);
      const document = await page(`/devices/${slug}/gqa_decode`);
      assert(
        document.querySelectorAll("*").length < 3000,
        `${document.querySelectorAll("*").length} elements`,
      );
      const bucket = document.querySelector('select[name="bucket"] option')!.getAttribute("value")!;
      const json = await request(
        `/devices/${slug}/gqa_decode/trials.json?bucket=${encodeURIComponent(bucket)}`,
      );
      const columns: TrialColumns = await json.json();
      assertEquals(columns.place.length, 10_000);
      assert(columns.configs.every((column) => column.length === 10_000));
    },
  );
});
