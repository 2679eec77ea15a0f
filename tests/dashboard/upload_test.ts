// POST /api/profiles: what is taken, what is refused with which sentence, and that a refusal leaves the disk as it was.
import { serveDashboard } from "../../dashboard/serve.ts";
import type { Trial } from "../../profiles/schema.ts";
import type { Upload } from "../../profiles/upload.ts";
import { ProfileStore } from "../../profiles/store_fs.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../cli/in_folder.ts";
import { sampleUpload } from "./upload_sample.ts";

interface Answer {
  readonly status: number;
  readonly error?: string;
  readonly page?: string;
  readonly added?: number;
}

/** A dashboard over an empty folder; `post` sends a text, from its own page unless told otherwise. */
async function withPost(
  work: (post: (body: BodyInit, origin?: string | null) => Promise<Answer>, root: string) => Promise<void>,
) {
  await inFolder(async (root) => {
    const running = await serveDashboard({ root, hostname: "127.0.0.1", port: 0 });
    try {
      const address = new URL(running.url);
      await work(async (body, origin = address.origin) => {
        const answer = await fetch(new URL("/api/profiles", address), {
          method: "POST",
          body,
          headers: { "content-type": "application/json", ...(origin !== null && { origin }) },
        });
        return { status: answer.status, ...await answer.json() };
      }, root);
    } finally {
      await running.close();
    }
  });
}

/** The trial with its tileV in quotes: it prints as the same variant. */
const asText = (trial: Trial): Trial => ({
  ...trial,
  config: { ...trial.config, tileV: String(trial.config.tileV) },
});

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

Deno.test("an upload is stored with its winners, and adds nothing when it is sent again", async () => {
  await withPost(async (post, root) => {
    const upload = await sampleUpload();
    const first = await post(JSON.stringify(upload));
    assertEquals([first.status, first.added], [201, 1], first.error);
    const [slug] = namesIn(root);
    assertEquals(first.page, `/devices/${slug}`);
    assert(slug.startsWith("browser_"), slug);
    using store = await ProfileStore.open(root, upload.profile.device);
    assertEquals((await store.trials("kda_decode")).trials, [...upload.trials]);
    const [winner] = (await store.readProfile())!.winners;
    assertEquals([winner.variant, winner.timing.medianUs], [upload.trials[0].variant, 20]);
    assertEquals((await post(JSON.stringify(upload))).added, 0);
    assertEquals((await store.trials("kda_decode")).trials.length, 1);
  });
});

Deno.test("what is no upload is refused with a sentence, and nothing is written", async () => {
  await withPost(async (post, root) => {
    const good = await sampleUpload();
    const refused: readonly [string, string, string][] = [
      ["no JSON", "{", "it is not JSON"],
      ["nothing", "", "it is not JSON"],
      ["a list", "[]", "expected object"],
      ["a newer version", JSON.stringify({ ...good, schemaVersion: 99 }), "newer version"],
      ["no trials", JSON.stringify({ ...good, trials: [] }), "trials"],
      ["an unknown field", JSON.stringify({ ...good, path: "../../etc" }), '"path"'],
      ["another backend", JSON.stringify(await sampleUpload({ device: { backend: "builtin" } })), "builtin"],
      ["stale source", JSON.stringify(await sampleUpload({ trial: { sourceHash: "0" } })), "other source"],
      ["no family", JSON.stringify(await sampleUpload({ trial: { family: "../x" } })), "../x"],
      [
        "a variant of another config",
        JSON.stringify(await sampleUpload({ trial: { variant: "x" } })),
        "variant",
      ],
      ["an unknown axis", JSON.stringify(await sampleUpload({ trial: { axes: { Q: 1 } } })), '"Q"'],
      ["a missing axis", JSON.stringify(await sampleUpload({ trial: { axes: { N: 1 } } })), "no axis H"],
      ["a value as text", JSON.stringify({ ...good, trials: [asText(good.trials[0])] }), 'tileV is "'],
      ["trials of compare", JSON.stringify({ ...good, comparisonTrials: [] }), "profiles import"],
      ["stages", JSON.stringify({ ...good, stages: [] }), "profiles import"],
      ["another driver", JSON.stringify(await sampleUpload({ trial: { driver: "1" } })), "driver"],
    ];
    for (const [what, body, part] of refused) {
      const { status, error } = await post(body);
      assertEquals(status, 422, what);
      assert(error?.includes(part), `${what}: ${error}`);
    }
    assertEquals(namesIn(root), []);
  });
});

Deno.test("an upload of another origin, or of none, is refused", async () => {
  await withPost(async (post, root) => {
    const body = JSON.stringify(await sampleUpload());
    for (const origin of ["http://evil.example", "null", null]) {
      assertEquals((await post(body, origin)).status, 403, `${origin}`);
    }
    assertEquals(namesIn(root), []);
  });
});

Deno.test("a body of 50 MB is refused, with a length and without one", async () => {
  await withPost(async (post, root) => {
    const piece = new Uint8Array(1 << 20).fill(32);
    assertEquals((await post(new Blob(Array(50).fill(piece)))).status, 413);
    let left = 50;
    const stream = new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(piece);
        else controller.close();
      },
    });
    assertEquals((await post(stream)).status, 413);
    assertEquals(namesIn(root), []);
  });
});

Deno.test({
  name: "an upload the disk refuses is answered with why, and leaves no half of it",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await withPost(async (post, root) => {
      const upload: Upload = await sampleUpload();
      // A folder where the trials' file should be: no write can succeed, for root neither.
      await post(JSON.stringify(upload));
      const [slug] = namesIn(root);
      await Deno.remove(`${root}/${slug}/kda_decode.jsonl`);
      await Deno.mkdir(`${root}/${slug}/kda_decode.jsonl`);
      const before = await Deno.readTextFile(`${root}/${slug}/profile.json`);
      const { status, error } = await post(JSON.stringify(upload));
      assertEquals(status, 500);
      assert(error?.startsWith("Cannot ") && !error.includes(root), error);
      assertEquals(await Deno.readTextFile(`${root}/${slug}/profile.json`), before);
    });
  },
});
