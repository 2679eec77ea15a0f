// ProfileStore: round trips, torn and newer records, refusing disks, locks between processes, SIGKILL.
import { assertEquals, assertRejects, assertThrows } from "deno-std/assert/mod.js";
import fc from "fast-check";
import { TRIAL_STATUSES } from "../../profiles/schema.ts";
import { listDevices, ProfileStore, StoreError } from "../../profiles/store_fs.ts";
import { formatTrialLine, parseTrialLine } from "../../profiles/trial_line.ts";
import { failedTrial, sampleDevice, sampleTiming, sampleTrial, sampleWinner } from "./samples.ts";

const WORKER = new URL("./store_worker.ts", import.meta.url).href;

async function withStore(work: (store: ProfileStore, root: string) => Promise<void>) {
  const root = await Deno.makeTempDir();
  try {
    using store = await ProfileStore.open(root, sampleDevice());
    await work(store, root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

/** Starts the worker process; `line()` is its next line of output. */
function startWorker(...args: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", WORKER, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  async function line(): Promise<string | undefined> {
    while (!rest.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) return undefined;
      rest += value;
    }
    const at = rest.indexOf("\n");
    const first = rest.slice(0, at);
    rest = rest.slice(at + 1);
    return first;
  }
  async function end(signal?: Deno.Signal) {
    if (signal) child.kill(signal);
    await child.stdin.close().catch(() => {});
    while (await line() !== undefined);
    await child.status;
  }
  return { pid: child.pid, line, end };
}

Deno.test("formatTrialLine() and parseTrialLine() are inverses", () => {
  const name = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,8}$/);
  const trial = fc.record({
    status: fc.constantFrom(...TRIAL_STATUSES),
    reason: fc.string(),
    medianUs: fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
    config: fc.dictionary(name, fc.oneof(fc.integer(), fc.boolean(), fc.string())),
    axes: fc.dictionary(name, fc.nat()),
  }).map(({ status, reason, medianUs, config, axes }) =>
    status === "passed"
      ? sampleTrial({ timing: sampleTiming(medianUs), axes, config })
      : failedTrial(status, { reason, axes, config })
  );
  fc.assert(fc.property(trial, (t) => {
    const line = formatTrialLine(t);
    assertEquals(line.includes("\n"), false);
    assertEquals(parseTrialLine(line), { kind: "trial", trial: JSON.parse(JSON.stringify(t)) });
  }));
});

Deno.test("append() then trials() gives the trials back in order", () =>
  withStore(async (store) => {
    const stored = [sampleTrial(), failedTrial("timeout"), sampleTrial({ config: { tile: 32, wide: true } })];
    await Promise.all(stored.map((trial) => store.append(trial)));
    assertEquals(await store.trials("toy"), { trials: stored, warnings: [] });
    assertEquals(await store.trials("other"), { trials: [], warnings: [] });
  }));

Deno.test("append() refuses a malformed trial and a family that is no file name", () =>
  withStore(async (store) => {
    await assertRejects(async () => await store.append({ ...sampleTrial(), timing: undefined }), TypeError);
    assertThrows(() => store.trials("../escape"), RangeError, "lower snake_case");
  }));

Deno.test("trials() sets a torn last line aside and uses the rest", () =>
  withStore(async (store) => {
    await store.append(sampleTrial());
    const path = `${store.folder}/toy.jsonl`;
    await Deno.writeTextFile(path, '{"schemaVersion":1,"fam', { append: true });
    const read = await store.trials("toy");
    assertEquals(read.trials, [sampleTrial()]);
    assertEquals(read.warnings, [`Set aside line 2 of ${path} into ${path}.torn: it is not JSON`]);
    assertEquals(await Deno.readTextFile(`${path}.torn`), '{"schemaVersion":1,"fam\n');
    assertEquals((await store.trials("toy")).warnings, []);
  }));

Deno.test("trials() sets an unreadable line in the middle aside", () =>
  withStore(async (store) => {
    const path = `${store.folder}/toy.jsonl`;
    await store.append(sampleTrial());
    await Deno.writeTextFile(path, '\0\0\0\n{"schemaVersion":1}\n', { append: true });
    await store.append(failedTrial("timeout"));
    const read = await store.trials("toy");
    assertEquals(read.trials, [sampleTrial(), failedTrial("timeout")]);
    assertEquals(read.warnings.length, 2);
    assertEquals((await Deno.readTextFile(path)).split("\n").length, 3);
  }));

Deno.test("append() repairs a torn tail before it writes", () =>
  withStore(async (store) => {
    const path = `${store.folder}/toy.jsonl`;
    await store.append(sampleTrial());
    await Deno.writeTextFile(path, '{"torn', { append: true });
    await store.append(failedTrial("timeout"));
    assertEquals(await store.trials("toy"), {
      trials: [sampleTrial(), failedTrial("timeout")],
      warnings: [],
    });
    assertEquals(await Deno.readTextFile(`${path}.torn`), '{"torn\n');
  }));

Deno.test("append() keeps a last line that lacks only its newline", () =>
  withStore(async (store) => {
    const path = `${store.folder}/toy.jsonl`;
    await Deno.writeTextFile(path, formatTrialLine(sampleTrial()));
    await store.append(failedTrial("timeout"));
    assertEquals((await store.trials("toy")).trials, [sampleTrial(), failedTrial("timeout")]);
    assertEquals(await exists(`${path}.torn`), false);
  }));

Deno.test("trials() and readProfile() refuse records of a newer schema", () =>
  withStore(async (store) => {
    const path = `${store.folder}/toy.jsonl`;
    await store.append(sampleTrial());
    await Deno.writeTextFile(path, JSON.stringify({ ...sampleTrial(), schemaVersion: 2 }) + "\n", {
      append: true,
    });
    await assertRejects(
      () => store.trials("toy"),
      StoreError,
      `Cannot read ${path} line 2: its schemaVersion is 2 and this version of Deltatune reads up to 1: update`,
    );
    await Deno.writeTextFile(`${store.folder}/profile.json`, '{"schemaVersion":3}');
    await assertRejects(() => store.readProfile(), StoreError, "its schemaVersion is 3");
  }));

Deno.test("writeProfile() then readProfile() gives the profile back, with no file beside it", () =>
  withStore(async (store, root) => {
    assertEquals(await store.readProfile(), undefined);
    const profile = {
      schemaVersion: 1 as const,
      device: sampleDevice(),
      winners: [sampleWinner()],
      updatedAt: "2026-11-23T10:00:00.000Z",
    };
    await store.writeProfile(profile);
    assertEquals(await store.readProfile(), profile);
    assertEquals(await listDevices(root), {
      devices: [{ slug: "builtin_nvidia_hopper_2330", profile }],
      warnings: [],
    });
    const files = (await Array.fromAsync(Deno.readDir(store.folder))).map((entry) => entry.name).sort();
    assertEquals(files, ["profile.json", "write.lock"]);
  }));

Deno.test("listDevices() warns of an unreadable profile and lists the others", () =>
  withStore(async (store, root) => {
    await store.append(sampleTrial());
    await Deno.mkdir(`${root}/broken`);
    await Deno.writeTextFile(`${root}/broken/profile.json`, "{");
    const { devices, warnings } = await listDevices(root);
    assertEquals(devices.map((d) => d.profile.device), [sampleDevice()]);
    assertEquals(warnings.length, 1);
    assertEquals(await listDevices(`${root}/nowhere`), { devices: [], warnings: [] });
  }));

Deno.test("open() says so when the folder cannot be made", async () => {
  const file = await Deno.makeTempFile();
  await assertRejects(
    () => ProfileStore.open(file, sampleDevice()),
    StoreError,
    `Cannot make the folder ${file}/`,
  );
  await Deno.remove(file);
});

Deno.test("append() says so when the trials cannot be opened", () =>
  withStore(async (store) => {
    await Deno.mkdir(`${store.folder}/toy.jsonl`); // as root, no mode bits would refuse
    await assertRejects(() => store.append(sampleTrial()), StoreError, "Cannot append a trial to");
  }));

Deno.test({
  name: "append() names a full disk",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withStore(async (store) => {
      await Deno.symlink("/dev/full", `${store.folder}/toy.jsonl`);
      await assertRejects(() => store.append(sampleTrial()), StoreError, "the disk is full");
    }),
});

Deno.test({
  name: "append() leaves only whole lines when a write is cut short by a limit",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withStore(async (store, root) => {
      // 2 blocks of 1024 bytes a file; the signal is ignored so that write() fails as it does on a full disk.
      const command = `trap '' XFSZ; ulimit -f 2; exec "$0" run -A --no-check "$1" "$2" append`;
      const { stdout } = await new Deno.Command("bash", {
        args: ["-c", command, Deno.execPath(), WORKER, root],
        stderr: "inherit",
      }).output();
      const said = new TextDecoder().decode(stdout).trim().split("\n");
      assertEquals(said.at(-1)!.startsWith("StoreError: Cannot append a trial to"), true, said.at(-1));
      const read = await store.trials("toy");
      assertEquals(read.warnings, []);
      assertEquals(read.trials.length, said.length - 1);
      assertEquals(await exists(`${store.folder}/toy.jsonl.torn`), false);
    }),
});

Deno.test("acquire() waits for another process and continues when that one ends", () =>
  withStore(async (_, root) => {
    const first = startWorker(root, "hold");
    assertEquals(await first.line(), "held");
    const second = startWorker(root, "hold");
    assertEquals(await second.line(), `waiting for ${first.pid}`);
    await first.end();
    assertEquals(await second.line(), "held");
    await second.end();
  }));

Deno.test("acquire() continues when the holder was killed, and within one process after close()", () =>
  withStore(async (store, root) => {
    const holder = startWorker(root, "hold");
    assertEquals(await holder.line(), "held");
    const waits: (number | undefined)[] = [];
    const acquired = store.acquire({
      onWait: (pid) => {
        waits.push(pid);
        holder.end("SIGKILL");
      },
    });
    await acquired;
    await holder.end();
    assertEquals(waits, [holder.pid]);
    using other = await ProfileStore.open(root, sampleDevice());
    await assertRejects(() => other.acquire({ signal: AbortSignal.timeout(50) }), DOMException);
    store.close();
    await other.acquire();
  }));

Deno.test("SIGKILL while appending loses no acknowledged trial and tears at most the last line", () =>
  withStore(async (store, root) => {
    const writer = startWorker(root, "append");
    let last = -1;
    while (last < 40) last = Number((await writer.line())!.split(" ")[1]);
    await writer.end("SIGKILL");
    const { trials, warnings } = await store.trials("toy");
    assertEquals(trials.map((trial) => trial.config.tile), trials.map((_, i) => i));
    assertEquals(trials.length > last, true);
    assertEquals(warnings.length <= 1, true);
    await store.append(sampleTrial());
    assertEquals((await store.trials("toy")).trials.length, trials.length + 1);
  }));

Deno.test("two processes append without mixing their lines", () =>
  withStore(async (store, root) => {
    const workers = [startWorker(root, "append", "30"), startWorker(root, "append", "30")];
    await Promise.all(workers.map((worker) => worker.end()));
    const read = await store.trials("toy");
    assertEquals([read.trials.length, read.warnings], [60, []]);
  }));
