// deno task profiles import: nothing lost, nothing doubled, winners from all trials, and every refusal before a byte is written.
import { familyNamed } from "../../kernels/mod.ts";
import { deviceSlug } from "../../profiles/device_ladder.ts";
import type { Profile, Trial } from "../../profiles/schema.ts";
import { sourceHash } from "../../profiles/source_hash.ts";
import { listDevices, ProfileStore } from "../../profiles/store_fs.ts";
import { formatTrialLine, readTrialLines } from "../../profiles/trial_line.ts";
import { chooseWinners } from "../../profiles/winners.ts";
import { assert, assertEquals } from "../assert.ts";
import { fakeDevice, fakeTrials, writeFakeStore } from "../dashboard/fake_store.ts";
import { sampleUpload } from "../dashboard/upload_sample.ts";
import { sampleTiming } from "../profiles/samples.ts";
import { inFolder } from "./in_folder.ts";
import { type CliResult, runCli } from "./run_cli.ts";
import { startCli } from "./start_cli.ts";

const DEVICE = fakeDevice(0);
const SLUG = deviceSlug(DEVICE);
const DECODE = familyNamed("kda_decode");
const HASH = await sourceHash(DECODE);

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
/** Text of a trials file as a store writes it. */
const lines = (trials: readonly Trial[]) => trials.map((trial) => formatTrialLine(trial) + "\n").join("");
const keyed = (winners: Profile["winners"]) => winners.map((winner) => JSON.stringify(winner)).sort();

/** A folder with a tuned device's store in `theirs/`, compare's trials among it. */
async function withTheirs(work: (folder: string, device: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const root = `${folder}/theirs`;
    await writeFakeStore(root, { devices: 1, families: ["kda_decode", "mla_decode"], trials: 30, sizes: 2 });
    for (const name of ["kda_decode", "mla_decode"]) {
      const path = `${root}/${SLUG}/${name}.jsonl`;
      const { trials } = readTrialLines(await Deno.readTextFile(path), path);
      await Deno.writeTextFile(path, lines(trials));
      if (name === "kda_decode") {
        await Deno.writeTextFile(`${root}/${SLUG}/comparison.jsonl`, lines(trials.slice(0, 3)));
      }
    }
    await work(folder, `${root}/${SLUG}`);
  });
}

const doImport = (what: string, root: string, ...more: string[]): Promise<CliResult> =>
  runCli(["profiles", "import", what, "--profiles", root, ...more]);

async function exported(folder: string): Promise<string> {
  const args = ["export", "profile", "--profiles", `${folder}/theirs`, "--out", `${folder}/out`];
  const { code, stderr } = await runCli(args);
  assertEquals(code, 0, stderr);
  return `${folder}/out/${SLUG}.profile.json`;
}

const FILES = ["comparison.jsonl", "kda_decode.jsonl", "mla_decode.jsonl"];

Deno.test("an exported record comes back whole: every line the same, the same winners; again adds nothing", async () => {
  await withTheirs(async (folder, theirs) => {
    const [theirProfile] = (await listDevices(`${folder}/theirs`)).devices;
    const [winner] = theirProfile.profile.winners;
    using store = await ProfileStore.open(`${folder}/theirs`, DEVICE);
    const { family, bucket, variant, axes } = winner;
    const times = { whole: sampleTiming(9), passes: [] };
    const entry = {
      family,
      bucket,
      variant,
      axes,
      sourceHash: HASH,
      driver: "d",
      at: "2026-11-23T00:00:00Z",
      times,
    };
    await store.keepStages(entry);

    const file = await exported(folder);
    const first = await doImport(file, `${folder}/ours`, "--json");
    assertEquals(first.code, 0, first.stderr);
    const ours = `${folder}/ours/${SLUG}`;
    const read = (device: string) => Promise.all(FILES.map((name) => Deno.readTextFile(`${device}/${name}`)));
    assert((await read(ours)).join() === (await read(theirs)).join(), "a line is another");
    const { profile } = (await listDevices(`${folder}/ours`)).devices[0];
    assertEquals(keyed(profile.winners), keyed(theirProfile.profile.winners));
    assertEquals([profile.device, profile.ceilings], [
      theirProfile.profile.device,
      theirProfile.profile.ceilings,
    ]);
    assertEquals(
      await Deno.readTextFile(`${ours}/stages.json`),
      await Deno.readTextFile(`${theirs}/stages.json`),
    );
    const { merged, ...rest } = JSON.parse(first.stdout);
    assertEquals(rest, {
      device: SLUG,
      profile: ours,
      winners: profile.winners.length,
      notTaken: [],
      notices: [],
    });
    const counted = (collection: string, added: number, known: number) => {
      return { collection, added, known, stale: 0, otherDriver: 0 };
    };
    assertEquals(merged, [
      counted("kda_decode", 30, 0),
      counted("mla_decode", 30, 0),
      counted("comparison", 3, 0),
    ]);

    const profileText = await Deno.readTextFile(`${ours}/profile.json`);
    for (const what of [file, `${folder}/out`, theirs, ours]) {
      const again = await doImport(what, `${folder}/ours`);
      assertEquals(again.code, 0, again.stderr);
      assert(/kda_decode +0 +30 +0/.test(again.stdout), again.stdout);
    }
    assert((await read(ours)).join() === (await read(theirs)).join(), "importing again changed a line");
    assertEquals(await Deno.readTextFile(`${ours}/profile.json`), profileText);
  });
});

Deno.test("an import keeps the store's own trials, and chooses winners from both", async () => {
  await withTheirs(async (folder, theirs) => {
    const root = `${folder}/ours`;
    const options = { trials: 20, sizes: 2, seed: 99 };
    // A driver's record apart in time, as trials of another machine of the kind are.
    const own = fakeTrials(DECODE, DEVICE, HASH, options).map((trial) => ({
      ...trial,
      at: trial.at.replace("2026", "2025"),
    }));
    {
      using store = await ProfileStore.open(root, DEVICE);
      await store.appendAll(own, "kda_decode");
    }
    const { code, stderr } = await doImport(theirs, root);
    assertEquals(code, 0, stderr);
    const text = await Deno.readTextFile(`${root}/${SLUG}/kda_decode.jsonl`);
    const their = await Deno.readTextFile(`${theirs}/kda_decode.jsonl`);
    assert(text === lines(own) + their, "a line is another");
    const { profile } = (await listDevices(root)).devices[0];
    const all = [...own, ...their.trim().split("\n").map((line): Trial => JSON.parse(line))];
    const now = { family: DECODE, sourceHash: HASH, driver: DEVICE.driver };
    assertEquals(
      keyed(profile.winners.filter(({ family }) => family === "kda_decode")),
      keyed(chooseWinners(all, now)),
    );
    using store = await ProfileStore.open(root, DEVICE);
    const times = (await store.trials("kda_decode")).trials.map(({ at }) => at);
    assertEquals(times, times.toSorted());
  });
});

Deno.test("of a variant tried on both sides the later trial counts, whichever file it came in", async () => {
  await inFolder(async (folder) => {
    const upload = await sampleUpload({ device: { backend: "builtin" } });
    const [trial] = upload.trials;
    const older = { ...trial, at: "2026-01-01T00:00:00.000Z", timing: sampleTiming(5) };
    await Deno.writeTextFile(`${folder}/new.json`, JSON.stringify(upload));
    await Deno.writeTextFile(`${folder}/old.json`, JSON.stringify({ ...upload, trials: [older] }));
    for (const order of [["new", "old"], ["old", "new"]]) {
      const root = `${folder}/${order.join("_")}`;
      for (const name of order) assertEquals((await doImport(`${folder}/${name}.json`, root)).code, 0);
      const [{ profile }] = (await listDevices(root)).devices;
      assertEquals(profile.winners.map(({ timing }) => timing.medianUs), [20], order.join());
    }
  });
});

Deno.test("trials of older source or another driver are kept, counted, and choose no winner", async () => {
  await inFolder(async (folder) => {
    const upload = await sampleUpload({
      device: { backend: "builtin", driver: "2" },
      trial: { driver: "2" },
    });
    const [fresh] = upload.trials;
    const config = { ...fresh.config, gone: 7 };
    const variant = `${fresh.variant};gone=7`;
    const stale = {
      ...fresh,
      config,
      variant,
      sourceHash: "old",
      at: "2026-11-24T00:00:00.000Z",
      axes: { N: 2 },
    };
    const foreign = { ...fresh, driver: "1", at: "2026-11-24T00:00:01.000Z", axes: { ...fresh.axes, N: 64 } };
    const bucket = "kda_decode@NH<=64,stateElem=f32";
    const { timing, error, rooflinePercent } = fresh;
    const winner = {
      family: "kda_decode",
      bucket,
      axes: { N: 2 },
      variant,
      config,
      sourceHash: "old",
      tiedWith: [],
    };
    const profile = { ...upload.profile, winners: [{ ...winner, timing, error, rooflinePercent }] };
    await Deno.writeTextFile(
      `${folder}/record.json`,
      JSON.stringify({ ...upload, profile, trials: [fresh, stale, foreign] }),
    );
    const { code, stdout, stderr } = await doImport(`${folder}/record.json`, `${folder}/ours`);
    assertEquals(code, 0, stderr);
    assert(/kda_decode +3 +0 +1\n/.test(stdout), stdout);
    assert(stdout.includes("1 of these trials are not of driver 2"), stdout);
    assert(stdout.includes(`No winner of ${bucket}: no trial of the present source and driver`), stdout);
    const [{ slug, profile: kept }] = (await listDevices(`${folder}/ours`)).devices;
    assertEquals(kept.winners.map(({ axes }) => axes), [fresh.axes]);
    assertEquals((await Deno.readTextFile(`${folder}/ours/${slug}/kda_decode.jsonl`)).split("\n").length, 4);
  });
});

Deno.test("of ceilings the later ones stay", async () => {
  await inFolder(async (folder) => {
    const upload = await sampleUpload({ device: { backend: "builtin" } });
    const at = (readGBps: number, measuredAt: string) => {
      const ceilings = { ...upload.profile.ceilings!, readGBps, measuredAt };
      return JSON.stringify({ ...upload, profile: { ...upload.profile, ceilings } });
    };
    for (const [i, [readGBps, day]] of ([[1, 2], [2, 3], [3, 1]] as const).entries()) {
      await Deno.writeTextFile(`${folder}/${i}.json`, at(readGBps, `2026-11-0${day}T00:00:00Z`));
      assertEquals((await doImport(`${folder}/${i}.json`, `${folder}/ours`)).code, 0);
    }
    const [{ profile }] = (await listDevices(`${folder}/ours`)).devices;
    assertEquals(profile.ceilings?.readGBps, 2);
  });
});

Deno.test("a torn line of a folder is reported and not copied", async () => {
  await withTheirs(async (folder, theirs) => {
    await Deno.writeTextFile(`${theirs}/kda_decode.jsonl`, '{"schemaVersion":1,"fam', { append: true });
    const { code, stderr, stdout } = await doImport(theirs, `${folder}/ours`, "--json");
    assertEquals(code, 0, stderr);
    assert(/^Left out .*kda_decode\.jsonl line 31: it is not JSON/.test(stderr), stderr);
    assertEquals(JSON.parse(stdout).notices.length, 1);
    const text = await Deno.readTextFile(`${folder}/ours/${SLUG}/kda_decode.jsonl`);
    assertEquals(text.trim().split("\n").length, 30);
    assert(!namesIn(theirs).some((name) => name.endsWith(".torn")), "the source folder was changed");
  });
});

Deno.test("profiles import refuses what breaks a rule in one sentence with code 2, and writes nothing", async () => {
  await withTheirs(async (folder, theirs) => {
    const good = await sampleUpload({ device: { backend: "builtin" } });
    const [trial] = good.trials;
    const device = { ...good.profile.device };
    const bad: readonly [name: string, content: unknown, says: RegExp][] = [
      ["no.json", "{", /no\.json: it is not JSON/],
      ["list.json", [], /list\.json: .*expected object/],
      ["number.json", "7", /number\.json: .*expected object/],
      ["newer.json", { ...good, schemaVersion: 99 }, /newer\.json: its schemaVersion is 99/],
      [
        "newer_trial.json",
        { ...good, trials: [{ ...trial, schemaVersion: 99 }] },
        /newer_trial\.json: its schemaVersion is 99/,
      ],
      ["none.json", { ...good, trials: [] }, /none\.json: trials: /],
      ["field.json", { ...good, path: "../../etc" }, /field\.json: .*"path"/],
      [
        "rule.json",
        { ...good, trials: [trial, { ...trial, status: "timeout" }] },
        /trial 2: a trial has a timing/,
      ],
      [
        "family.json",
        { ...good, comparisonTrials: [{ ...trial, family: "kda_decod" }] },
        /family\.json comparison trial 1: unknown family "kda_decod": did you mean "kda_decode"\?/,
      ],
      [
        "id.json",
        { ...good, trials: [{ ...trial, variant: "x" }] },
        /trial 1: x is not its config's variant/,
      ],
      ["axis.json", { ...good, trials: [{ ...trial, axes: { Q: 1 } }] }, /trial 1: Unknown axis "Q"/],
      [
        "value.json",
        {
          ...good,
          trials: [{
            ...trial,
            config: { ...trial.config, tileV: 33 },
            variant: trial.variant.replace(/tileV=\d+/, "tileV=33"),
          }],
        },
        /trial 1: Cannot set tileV of kda_decode to "33"/,
      ],
      [
        "backend.json",
        { ...good, profile: { ...good.profile, device: { ...device, backend: "x" } } },
        /backend/,
      ],
    ];
    const refused: [string, RegExp][] = [];
    for (const [name, content, says] of bad) {
      const text = typeof content === "string" ? content : JSON.stringify(content);
      await Deno.writeTextFile(`${folder}/${name}`, text);
      refused.push([`${folder}/${name}`, says]);
    }
    const original = await Deno.readTextFile(`${theirs}/kda_decode.jsonl`);
    const broken = async (name: string, file: string, text: string | undefined, says: RegExp) => {
      const copy = `${folder}/${name}`;
      await Deno.mkdir(copy);
      for (const entry of [...FILES, "profile.json"]) {
        await Deno.copyFile(`${theirs}/${entry}`, `${copy}/${entry}`);
      }
      if (text === undefined) await Deno.remove(`${copy}/${file}`);
      else await Deno.writeTextFile(`${copy}/${file}`, text);
      refused.push([copy, says]);
    };
    const rule = original.replace('"status":"passed"', '"status":"wild"');
    const line = rule.split("\n").findIndex((text) => text.includes("wild")) + 1;
    await broken("rule", "kda_decode.jsonl", rule, new RegExp(`kda_decode\\.jsonl line ${line}: status: `));
    await broken(
      "newer",
      "kda_decode.jsonl",
      '{"schemaVersion":2}\n',
      /kda_decode\.jsonl line 1: its schemaV/,
    );
    await broken(
      "moved",
      "mla_decode.jsonl",
      original,
      /mla_decode\.jsonl line 1: it is a trial of kda_decode/,
    );
    await broken("stages", "stages.json", "{}", /Cannot read .*stages\.json/);
    await broken("unread", "profile.json", "{}", /Cannot read .*profile\.json/);
    await broken("whose", "profile.json", undefined, /whose: it holds no profile\.json/);
    const future = original.replaceAll("kda_decode", "kda_future");
    await broken(
      "future",
      "kda_future.jsonl",
      future,
      /kda_future\.jsonl line 1: unknown family "kda_future"/,
    );
    await Deno.mkdir(`${folder}/empty`);
    await Deno.mkdir(`${folder}/bare`);
    await Deno.copyFile(`${theirs}/profile.json`, `${folder}/bare/profile.json`);
    refused.push(
      [`${folder}/empty`, /empty: the folder is empty/],
      [`${folder}/bare`, /bare: it holds no trials/],
      [`${folder}/nowhere`, /nowhere: no such file/],
      [`${folder}/theirs`, new RegExp(`several records, name one: ${SLUG}`)],
      [`${theirs}/profile.json`, /profile\.json: its trials lie beside it: name its folder/],
      [`${theirs}/kda_decode.jsonl`, /kda_decode\.jsonl: trials alone do not say whose they are/],
    );
    const before = namesIn(folder);
    const rest = [...refused];
    await Promise.all(Array.from({ length: 4 }, async () => {
      for (let next = rest.shift(); next; next = rest.shift()) {
        const [path, says] = next;
        const { code, stdout, stderr } = await doImport(path, `${folder}/ours`);
        assert(says.test(stderr), `${path}: ${stderr}`);
        assertEquals(stderr.trim().split("\n").length, 1, stderr);
        assertEquals([stdout, code], ["", 2], path);
      }
    }));
    assertEquals(namesIn(folder), before);
  });
});

Deno.test("an import waits for a tuner of the same device, and then adds its trials", async () => {
  await withTheirs(async (folder, theirs) => {
    const root = `${folder}/ours`;
    using store = await ProfileStore.open(root, DEVICE);
    await store.acquire();
    const running = startCli(["profiles", "import", theirs, "--profiles", root]);
    await running.said(`A tuner (process ${Deno.pid}) works on this profile; waiting for it to end.`);
    assertEquals((await store.trials("kda_decode")).trials.length, 0);
    store.close();
    const { code, stderr } = await running.ended();
    assertEquals(code, 0, stderr);
    assertEquals((await store.trials("kda_decode")).trials.length, 30);
  });
});

Deno.test("a browser's download is imported as the page made it", async () => {
  await inFolder(async (folder) => {
    const upload = await sampleUpload();
    await Deno.writeTextFile(`${folder}/browser.json`, JSON.stringify(upload));
    const { code, stdout } = await doImport(`${folder}/browser.json`, `${folder}/ours`);
    assertEquals(code, 0);
    assert(stdout.includes("1 winner now"), stdout);
    const [{ slug, profile }] = (await listDevices(`${folder}/ours`)).devices;
    assert(slug.startsWith("browser_"));
    assertEquals(profile.winners[0].timing.medianUs, 20);
  });
});
