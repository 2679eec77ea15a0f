// `tune` as a user meets it: resuming after an end, Ctrl-C and SIGKILL, two at once, refusing disks, one JSON document.
import { type Profile, profileSchema, type Trial } from "../../profiles/schema.ts";
import { parseTrialLine } from "../../profiles/trial_line.ts";
import { assert, assertEquals } from "../assert.ts";
import { testDevice } from "../gpu/open_test_device.ts";
import { runCli } from "./run_cli.ts";
import { startCli } from "./start_cli.ts";

const device = await testDevice();
const SMALL = ["kda_decode", "--workload", "N=1,H=1"];

/** Tests `tune` on a folder of profiles of its own. */
function testTune(name: string, fn: (root: string) => Promise<void>, ignore = false) {
  Deno.test({
    name: device ? name : `${name} (needs a WebGPU adapter)`,
    ignore: !device || ignore,
    fn: async () => {
      const root = await Deno.makeTempDir({ prefix: "deltatune-test-" });
      try {
        await fn(root);
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}

const tuneArgs = (root: string, ...more: string[]) => ["tune", ...SMALL, "--profiles", root, ...more];

/** What a folder of profiles holds: its one device's trials and profile. */
async function stored(root: string): Promise<{ trials: Trial[]; torn: number; profile?: Profile }> {
  const found = { trials: [] as Trial[], torn: 0, profile: undefined as Profile | undefined };
  for await (const { name } of Deno.readDir(root)) {
    const lines = (await Deno.readTextFile(`${root}/${name}/kda_decode.jsonl`).catch(() => "")).split("\n");
    for (const line of lines.filter((l) => l !== "")) {
      const parsed = parseTrialLine(line);
      if (parsed.kind === "trial") found.trials.push(parsed.trial);
      else found.torn++;
    }
    found.profile = profileSchema.parse(JSON.parse(await Deno.readTextFile(`${root}/${name}/profile.json`)));
  }
  return found;
}

/** Waits until a tuner has finished `count` trials. */
async function trialsDone(root: string, count: number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const found = await stored(root).catch(() => undefined); // the profile comes before the first trial
    if (found && found.trials.length >= count) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`there were no ${count} trials within 30 s`);
}

const idsOf = (trials: readonly Trial[]) => trials.map((trial) => trial.variant);
const sentences = (stderr: string) => stderr.trim().split("\n");

testTune("tune finds a winner, and a second run has nothing left to do within 5 seconds", async (root) => {
  const first = await runCli(tuneArgs(root));
  assertEquals(first.code, 0, first.stderr);
  assert(/^kda_decode@NH<=1,K=128,V=128,stateElem=f32,stateLayout=KV .*x /m.test(first.stdout), first.stdout);
  assert(first.stdout.includes(`Profile: ${root}/`));
  const before = await stored(root);
  assertEquals(before.profile!.winners.length, 1);
  const { defaultTiming, timing, rooflinePercent } = before.profile!.winners[0];
  assert(defaultTiming!.medianUs >= timing.medianUs && rooflinePercent! > 0);

  const start = performance.now();
  const second = await runCli(tuneArgs(root));
  assert(performance.now() - start < 5000);
  assertEquals(second.code, 0);
  assert(second.stderr.includes("Nothing left to do: every variant this search asks for is known."));
  assertEquals(second.stdout, first.stdout);
  assertEquals(await stored(root), before);

  // A run that was killed after its last trial has chosen no winners: the next one does.
  const path = (await trialsPath(root)).replace("kda_decode.jsonl", "profile.json");
  await Deno.writeTextFile(path, JSON.stringify({ ...before.profile, winners: [] }));
  assert((await runCli(tuneArgs(root))).stderr.includes("Nothing left to do"));
  assertEquals((await stored(root)).profile!.winners, before.profile!.winners);
});

testTune("tune begins a workload at the winner of the one most like it", async (root) => {
  assertEquals((await runCli(tuneArgs(root, "--trials", "4"))).code, 0);
  const winner = (await stored(root)).profile!.winners[0];
  const next = ["tune", "kda_decode", "--workload", "N=4,H=1", "--profiles", root, "--trials", "1"];
  assertEquals((await runCli(next)).code, 0);
  const first = (await stored(root)).trials.find((trial) => trial.axes.N === 4)!;
  assertEquals(first.variant, winner.variant);
});

testTune("tune begins at the winner of older source code, as far as the space still has it", async (root) => {
  assertEquals((await runCli(tuneArgs(root, "--trials", "2"))).code, 0);
  const path = (await trialsPath(root)).replace("kda_decode.jsonl", "profile.json");
  const { profile } = await stored(root);
  const config = { ...profile!.winners[0].config, tileV: 8, rowsPerThread: 7, bygone: true };
  const stale = { ...profile!.winners[0], config, sourceHash: "0".repeat(16) };
  const winners = [stale, { ...stale, bucket: stale.bucket.replace("NH<=1", "NH<=64") }];
  await Deno.writeTextFile(path, JSON.stringify({ ...profile, winners }));
  await Deno.remove(await trialsPath(root));
  const { code, stdout } = await runCli(tuneArgs(root, "--trials", "1"));
  assertEquals([code, stdout.includes("NH<=64")], [0, false], stdout);
  const [first] = (await stored(root)).trials;
  assertEquals([first.config.tileV, "bygone" in first.config], [8, false]);
});

testTune("tune --json prints one JSON document and nothing else", async (root) => {
  const { code, stdout } = await runCli(tuneArgs(root, "--trials", "3", "--json"));
  assertEquals(code, 0);
  const result = JSON.parse(stdout);
  assertEquals(result.workloads.map((w: { end: string }) => w.end), ["out of trials"]);
  assertEquals(result.device, JSON.parse(JSON.stringify((await stored(root)).profile!.device)));
  assertEquals(result.newTrials, (await stored(root)).trials.length);
  assertEquals(result.winners.length, 1);
});

testTune("tune --trials tries so many variants and goes on with others next time", async (root) => {
  const args = tuneArgs(root, "--strategy", "random", "--trials", "2");
  for (const expected of [2, 4, 6]) {
    assertEquals((await runCli(args)).code, 0);
    assertEquals(new Set(idsOf((await stored(root)).trials)).size, expected);
  }
});

testTune("Ctrl-C keeps every finished trial, ends with 130, and the next run goes on", async (root) => {
  const args = tuneArgs(root, "--strategy", "exhaustive");
  const tuner = startCli(args);
  await trialsDone(root, 2);
  const start = performance.now();
  tuner.kill("SIGINT");
  await tuner.said("Stopping");
  tuner.kill("SIGINT"); // `deno task` passes on what the terminal sent already
  const { code, stdout, stderr } = await tuner.ended();
  assert(performance.now() - start < 5000);
  assertEquals(code, 130, stderr);
  assert(stderr.includes("Stopping; every finished trial is kept.") && stderr.includes("(stopped)"), stderr);
  assert(stdout.includes("kda_decode@NH<=1,K=128,V=128"), "the table of what is known so far");
  const kept = await stored(root);
  assert(kept.trials.every((trial) => trial.status !== "device_lost"), "the trial under way is no failure");
  assertEquals([kept.profile!.winners.length, kept.torn], [1, 0]);

  await runCli([...args, "--trials", "2"]);
  const ids = idsOf((await stored(root)).trials);
  assertEquals(ids.slice(0, kept.trials.length), idsOf(kept.trials));
  assertEquals(new Set(ids).size, new Set(idsOf(kept.trials)).size + 2);
});

testTune("SIGKILL of a tuner loses no finished trial, and the next run goes on", async (root) => {
  const args = tuneArgs(root, "--strategy", "exhaustive");
  const tuner = startCli(args);
  await trialsDone(root, 3);
  tuner.kill("SIGKILL");
  await tuner.ended();
  const kept = await stored(root);
  assert(kept.trials.length >= 3);
  assert(kept.profile!.ceilings !== undefined, "the ceilings are not measured again");

  const { code } = await runCli([...args, "--trials", "1"]);
  assertEquals(code, 0);
  const after = await stored(root);
  assertEquals(after.trials.slice(0, kept.trials.length), kept.trials);
  assertEquals(new Set(idsOf(after.trials)).size, new Set(idsOf(kept.trials)).size + 1);
  assertEquals(after.profile!.ceilings, kept.profile!.ceilings);
  assertEquals(after.profile!.winners.length, 1);
});

testTune("a second tuner says that it waits, then goes on with the trials of the first", async (root) => {
  const args = tuneArgs(root, "--strategy", "exhaustive");
  const first = startCli(args);
  await trialsDone(root, 1);
  const second = startCli([...args, "--trials", "1", "--json"]);
  await second.said(`Another tuner (process ${first.pid}) works on this profile; waiting for it to end.`);
  first.kill("SIGINT");
  assertEquals((await first.ended()).code, 130);
  const { code, stdout, stderr } = await second.ended();
  assertEquals(code, 0, stderr);
  const { trials, torn } = await stored(root);
  assertEquals(torn, 0);
  const ofFirst = idsOf(trials).slice(0, -JSON.parse(stdout).newTrials);
  assert(ofFirst.length >= 1);
  assertEquals(new Set(idsOf(trials)).size, new Set(ofFirst).size + 1);
});

testTune("Ctrl-C ends a tuner that waits", async (root) => {
  const first = startCli(tuneArgs(root, "--strategy", "exhaustive"));
  await first.said("[1/1]");
  const second = startCli(tuneArgs(root));
  await second.said("waiting for it to end");
  second.kill("SIGINT");
  assertEquals((await second.ended()).code, 130);
  first.kill("SIGINT");
  assertEquals((await first.ended()).code, 130);
});

testTune("a folder that cannot be made ends tune with one sentence and code 2", async () => {
  const { code, stdout, stderr } = await runCli(tuneArgs("/dev/null/profiles"));
  assertEquals([code, stdout, sentences(stderr).length], [2, "", 1], stderr);
  assert(stderr.startsWith("Cannot make the folder /dev/null/profiles/"), stderr);
}, Deno.build.os === "windows");

testTune("a profile or a trial of a newer schema ends tune with one sentence and code 2", async (root) => {
  await runCli(tuneArgs(root, "--trials", "1"));
  const [{ name: slug }] = await Array.fromAsync(Deno.readDir(root));
  const path = `${root}/${slug}/profile.json`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace('"schemaVersion": 1', '"schemaVersion": 2'));
  const newer = await runCli(tuneArgs(root, "--trials", "1"));
  assertEquals(newer.code, 2);
  assert(
    sentences(newer.stderr).at(-1)!.startsWith(`Cannot read ${path}: its schemaVersion is 2`),
    newer.stderr,
  );
  assertEquals(await Deno.readTextFile(path), text.replace('"schemaVersion": 1', '"schemaVersion": 2'));

  await Deno.writeTextFile(path, text);
  const trials = `${root}/${slug}/kda_decode.jsonl`;
  await Deno.writeTextFile(trials, '{"schemaVersion":2}\n', { append: true });
  const line = (await runCli(tuneArgs(root, "--trials", "1"))).stderr;
  assert(sentences(line).at(-1)!.startsWith(`Cannot read ${trials} line 2: its schemaVersion is 2`), line);
});

testTune("a torn last line is set aside with a warning, and the rest is used", async (root) => {
  await runCli(tuneArgs(root, "--trials", "2"));
  const [{ name: slug }] = await Array.fromAsync(Deno.readDir(root));
  const path = `${root}/${slug}/kda_decode.jsonl`;
  const before = (await stored(root)).trials;
  await Deno.writeTextFile(path, '{"schemaVersion":1,"fam', { append: true });
  const { code, stderr } = await runCli(tuneArgs(root, "--trials", "1"));
  assertEquals(code, 0);
  assert(
    stderr.includes(`Set aside line ${before.length + 1} of ${path} into ${path}.torn: it is not JSON`),
    stderr,
  );
  assertEquals((await stored(root)).trials.slice(0, before.length), before);
});

/** SwiftShader keeps its buffers in files without a name, so that a limit on file sizes would stop it as well. */
const IN_FILES = device?.record.description.includes("SwiftShader") ?? false;
const needs = IN_FILES ? " (needs an adapter other than SwiftShader)" : "";
testTune("a full disk ends tune with a sentence; what was stored before stays" + needs, async (root) => {
  await runCli(tuneArgs(root, "--trials", "1"));
  const before = await stored(root);
  // A limit on file sizes stands for the disk; the signal is ignored so that write() fails as it does on a full one.
  const size = Math.ceil((await Deno.stat(await trialsPath(root))).size / 1024) + 1;
  const script = `trap '' XFSZ; ulimit -f ${size}; exec "$0" run -A --quiet --no-code-cache "$@"`;
  const { code, stderr } = await new Deno.Command("bash", {
    args: ["-c", script, Deno.execPath(), "cli/main.ts", ...tuneArgs(root, "--strategy", "exhaustive")],
    env: { NO_COLOR: "1", MESA_SHADER_CACHE_DISABLE: "true" },
    cwd: new URL("../..", import.meta.url),
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals(code, 2, said);
  assert(
    /^Cannot .*: the disk is full \(.*\): free some space and run again$/.test(sentences(said).at(-1)!),
    said,
  );
  const after = await stored(root);
  assertEquals([after.trials.slice(0, before.trials.length), after.torn], [before.trials, 0]);
}, Deno.build.os !== "linux" || IN_FILES);

async function trialsPath(root: string): Promise<string> {
  const [{ name }] = await Array.fromAsync(Deno.readDir(root));
  return `${root}/${name}/kda_decode.jsonl`;
}
