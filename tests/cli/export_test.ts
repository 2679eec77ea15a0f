// deno task export: what is exported, every refusal in one sentence with nothing left behind, folders written as a whole.
import { exportRequest } from "../../cli/export_request.ts";
import { runExport } from "../../cli/export_session.ts";
import { writeExport } from "../../cli/write_export.ts";
import type { Exporter, ExportFile } from "../../exporters/exporter.ts";
import { familyNamed } from "../../kernels/mod.ts";
import type { Profile } from "../../profiles/schema.ts";
import { sourceHash } from "../../profiles/source_hash.ts";
import { listDevices } from "../../profiles/store_fs.ts";
import { uploadSchema } from "../../profiles/upload.ts";
import { assert, assertEquals } from "../assert.ts";
import { inTurns } from "../in_turns.ts";
import { fakeDevice, writeFakeStore } from "../dashboard/fake_store.ts";
import { deviceSlug } from "../../profiles/device_ladder.ts";
import { inFolder } from "./in_folder.ts";
import { runCli } from "./run_cli.ts";

const FAMILIES = ["kda_decode", "kda_prefill"];
const SMALL = { devices: 1, families: FAMILIES, trials: 20, sizes: 2 };
const [FIRST, SECOND] = [0, 1].map((index) => deviceSlug(fakeDevice(index)));
const FRESH = await sourceHash(familyNamed("kda_decode"));

/** An exporter of one file that names what it was given. */
function listing(changes: Partial<Exporter> = {}): Exporter {
  return {
    name: "listing",
    doc: "Winners by name.",
    readBy: "tests",
    files: ({ devices }) =>
      Promise.resolve([{
        path: "winners.txt",
        text: devices.flatMap((d) => d.profile.winners.map((w) => `${d.slug} ${w.bucket}\n`)).join(""),
      }]),
    ...changes,
  };
}

/** Changes a stored profile as if by hand. */
async function editProfile(root: string, slug: string, edit: (profile: Profile) => void): Promise<void> {
  const path = `${root}/${slug}/profile.json`;
  const profile = JSON.parse(await Deno.readTextFile(path));
  edit(profile);
  await Deno.writeTextFile(path, JSON.stringify(profile));
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

async function messageOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    assert(error instanceof Error);
    return error.message;
  }
  throw new Error("it did not throw");
}

/** A folder with a store of `options` in `store/`. */
async function withStore(
  options: Parameters<typeof writeFakeStore>[1],
  work: (folder: string, root: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await writeFakeStore(`${folder}/store`, options);
    await work(folder, `${folder}/store`);
  });
}

Deno.test("export writes the only device's winners and says what to do with them", async () => {
  await withStore(SMALL, async (folder, root) => {
    const out = `${folder}/new/below`;
    const { code, stdout, stderr } = await runCli(["export", "profile", "--profiles", root, "--out", out]);
    assertEquals([code, stderr], [0, ""]);
    assert(stdout.includes("README.md") && stdout.includes("deno task profiles import <file>"), stdout);
    assert(stdout.includes("winners of kda_decode, kda_prefill\n"), stdout);
    assertEquals(namesIn(out), [".deltatune-export.json", "README.md", `${FIRST}.profile.json`].sort());
    assertEquals(namesIn(`${folder}/new`), ["below"]);
  });
});

Deno.test("export --json is one document, with every file, winner and stale winner", async () => {
  await withStore(SMALL, async (folder, root) => {
    await editProfile(root, FIRST, ({ winners }) => {
      winners.find(({ family }) => family === "kda_decode")!.sourceHash = "0123";
    });
    const args = ["export", "profile", "--profiles", root, "--out", `${folder}/out`, "--json", "--force"];
    const { code, stdout, stderr } = await runCli(args);
    const { files, winners, stale, ...rest } = JSON.parse(stdout);
    assertEquals(rest, { target: "profile", devices: [FIRST], out: `${folder}/out` });
    assertEquals(code, 0);
    for (const { path, bytes } of files) assertEquals((await Deno.stat(`${folder}/out/${path}`)).size, bytes);
    const stored = (await listDevices(root)).devices[0].profile;
    assertEquals(
      winners,
      stored.winners.map(({ family, bucket, variant }) => ({ device: FIRST, family, bucket, variant })),
    );
    assertEquals(stale.length, 1);
    assert(stale[0].why.includes("0123") && stale[0].why.includes(FRESH), stale[0].why);
    assert(stderr.includes("Stale:"), stderr);
    assert((await Deno.readTextFile(`${folder}/out/README.md`)).includes("Stale, exported all the same"));
  });
});

Deno.test("export --list names every target on a line, --json as one document", async () => {
  const { stdout } = await runCli(["export", "--list"]);
  const { targets } = JSON.parse((await runCli(["export", "--list", "--json"])).stdout);
  assert(targets.length > 0);
  for (const { name, doc, readBy } of targets) {
    const line = stdout.split("\n").find((text) => text.startsWith(`${name} `));
    assert(line?.includes(doc) && line.includes(readBy), `${name}: ${line}`);
  }
});

Deno.test("export refuses what can't be had in one sentence with code 2, and writes nothing", async () => {
  await withStore({ ...SMALL, devices: 2 }, async (folder, root) => {
    await Deno.mkdir(`${folder}/empty`);
    await Deno.writeTextFile(`${folder}/file`, "");
    await Deno.mkdir(`${folder}/held`);
    await Deno.writeTextFile(`${folder}/held/notes.txt`, "mine");
    await Deno.symlink("nowhere", `${folder}/dangling`);
    const one = ["profile", "--device", FIRST];
    const refused: readonly [string[], RegExp][] = [
      [[], /^Cannot export without a target: name one first/],
      [["profil"], /^Unknown target "profil": did you mean "profile"\?/],
      [["profile"], /^Cannot choose a device: name one with --device, known: .*dawn_/],
      [["profile", "--device", FIRST + "x"], /did you mean "/],
      [["profile", "--device", FIRST, SECOND], /^Cannot export 2 devices at once: profile holds one/],
      [[...one, "--profiles", `${folder}/empty`], /it holds none yet, deno task tune makes one/],
      [["profile", "--profiles", `${folder}/empty`], /^No profile in .*empty yet/],
      [["profile", "--profiles", `${folder}/nowhere`], /nowhere: no such file/],
      [[...one, "--family", "kda_decod"], /^Unknown family "kda_decod": did you mean "kda_decode"\?/],
      [
        [...one, "--family", "mla_decode"],
        /^No winner of mla_decode on .* yet: deno task tune mla_decode --backend dawn finds some/,
      ],
      [[...one, "--workload", "T=77"], /^No winner .* covers T=77: the nearest is of kda_prefill@/],
      [
        [...one, "--workload", "H=32"],
        /^Cannot tell whose .* fits kda_decode, kda_prefill; name one with --fam/,
      ],
      [[...one, "--workload", "S=64"], /^Cannot size anything with S=64: it is no workload of kda_decode/],
      [[...one, "--workload", "T:8"], /"T:8" is not AXIS=NUMBER/],
      [[...one, "--family", "kda_decode", "--workload", "Q=1"], /^Unknown axis "Q" of kda_decode/],
      [
        [...one, "--family", "kda_prefill", "--workload", "T=77,H=2,K=64"],
        /^No winner on .* covers T=77,H=2,K=64: the nearest is of kda_prefill@.*deno task tune kda_prefill --workload T=77,H=2,K=64 --backend dawn/,
      ],
      [[...one, "--out", `${folder}/held`], /held: it holds notes\.txt and no export of profile/],
      [[...one, "--force", "--out", `${folder}/held`], /held: it holds notes\.txt and no export of profile/],
      [[...one, "--out", `${folder}/file`], /file: it is no folder/],
      [[...one, "--out", `${folder}/dangling`], /dangling: it is a link to nothing/],
      [[...one, "--out", `${folder}/file/below`], /not a directory/i],
      [[...one, "--out", "."], /you stand in it/],
      ...Deno.build.os === "linux"
        ? [[[...one, "--out", "/sys/deltatune/below"], /^Cannot write an export to /] as [string[], RegExp]]
        : [],
    ];
    await inTurns(4, refused, async ([args, says]) => {
      const where = args.includes("--profiles") ? [] : ["--profiles", root];
      const out = args.includes("--out") ? [] : ["--out", `${folder}/out`];
      const { code, stdout, stderr } = await runCli(["export", ...args, ...where, ...out]);
      assert(says.test(stderr), `${args.join(" ")}: ${stderr}`);
      assertEquals(stderr.trim().split("\n").length, 1, stderr);
      assertEquals([stdout, code], ["", 2], args.join(" "));
    });
    const noOut = await runCli(["export", ...one, "--profiles", root]);
    assert(/^Cannot export without a folder/.test(noOut.stderr) && noOut.code === 2, noOut.stderr);
    assertEquals(namesIn(folder), ["dangling", "empty", "file", "held", "store"]);
    assertEquals(namesIn(`${folder}/held`), ["notes.txt"]);
  });
});

Deno.test("export refuses stale winners with both hashes, and with --force those whose config is gone", async () => {
  await withStore(SMALL, async (folder, root) => {
    const run = (force: boolean) =>
      runExport({ target: "listing", out: `${folder}/out`, profiles: root, force }, [listing()]);
    await editProfile(root, FIRST, ({ winners }) => winners.forEach((w) => w.sourceHash = "old"));
    const stale = await messageOf(() => run(false));
    assert(stale.startsWith(`Cannot export kda_decode of ${FIRST}: its winner of kda_decode@`), stale);
    for (const part of ["source old", FRESH, "deno task tune kda_decode --backend dawn", "--force"]) {
      assert(stale.includes(part), stale);
    }
    await editProfile(root, FIRST, ({ winners }) => {
      winners[0].config = { ...winners[0].config, tileV: 33 };
    });
    for (const force of [false, true]) {
      const gone = await messageOf(() => run(force));
      assert(gone.includes("not with --force either") && gone.includes("tileV"), gone);
    }
    assertEquals(namesIn(folder), ["store"]);
  });
});

Deno.test("export refuses winners whose sizes or bucket are not a call's of their family, not even with --force", async () => {
  const broken: readonly [edit: (winner: Profile["winners"][number]) => void, says: RegExp][] = [
    [
      (w) => delete (w.axes as Record<string, number>).H,
      /it has no axis H, which kda_decode has; tune again/,
    ],
    [(w) => Object.assign(w.axes, { "../x": 5 }), /Unknown axis "\.\.\/x" of kda_decode/],
    [(w) => w.axes.H = Number.MAX_SAFE_INTEGER, /Cannot size kda_decode with H=9007199254740991/],
    [(w) => w.bucket = "kda_decode@Q<=x", /winner of kda_decode@Q<=x .* are of kda_decode@NH<=/],
  ];
  await withStore({ ...SMALL, families: ["kda_decode"] }, async (folder, root) => {
    const path = `${root}/${FIRST}/profile.json`;
    const before = await Deno.readTextFile(path);
    for (const [edit, says] of broken) {
      await Deno.writeTextFile(path, before);
      await editProfile(root, FIRST, ({ winners }) => edit(winners[0]));
      const message = await messageOf(() =>
        runExport({ target: "listing", out: `${folder}/out`, profiles: root, force: true }, [listing()])
      );
      assert(says.test(message) && message.startsWith("Cannot export the winner of "), message);
    }
    assertEquals(namesIn(folder), ["store"]);
  });
});

Deno.test("exportRequest() holds to the device, the families and the workload asked for", async () => {
  await withStore({ ...SMALL, devices: 2 }, async (_, root) => {
    const stored = { root, ...await listDevices(root) };
    const ask = async (choice: Parameters<typeof exportRequest>[2], exporter = listing()) =>
      (await exportRequest(exporter, stored, { device: [FIRST], ...choice })).request;
    const all = await ask({});
    assertEquals(all.families.map(({ name }) => name), FAMILIES);
    assertEquals(all.devices[0].trials.length, 40);
    assertEquals(all.devices[0].stale.size, 0);

    const [decode] = (await ask({ family: ["kda_decode"] })).devices;
    assert(decode.trials.every(({ family }) => family === "kda_decode") && decode.trials.length === 20);
    assert(decode.profile.winners.every(({ family }) => family === "kda_decode"));

    const wanted = all.devices[0].profile.winners.findLast(({ family }) => family === "kda_prefill")!;
    const workload = `T=${wanted.axes.T - 3},H=${wanted.axes.H}`; // another size of the same bucket
    const [sized] = (await ask({ family: ["kda_prefill"], workload })).devices;
    assertEquals(sized.profile.winners, [wanted]);
    assertEquals((await ask({ workload })).devices[0].profile.winners, [wanted]);

    const both = await ask({ device: [FIRST, SECOND, FIRST] }, listing({ severalDevices: true }));
    assertEquals(both.devices.map(({ slug }) => slug), [FIRST, SECOND]);
    const some = await ask({}, listing({ families: ["kda_decode", "mla_decode"] }));
    assertEquals(some.families.map(({ name }) => name), ["kda_decode"]);
    const asked = await messageOf(() =>
      ask({ family: ["kda_prefill"] }, listing({ families: ["kda_decode"] }))
    );
    assertEquals(asked, "Cannot export kda_prefill to listing: it has words for kda_decode only");
    const none = await messageOf(() => ask({}, listing({ families: ["mla_decode"] })));
    assert(none.startsWith(`Nothing to export to listing: No winner of mla_decode on ${FIRST} yet`), none);
  });
});

Deno.test("exportRequest() gives every storage choice of a workload's bucket", async () => {
  await withStore(SMALL, async (_, root) => {
    let workload = "";
    await editProfile(root, FIRST, ({ winners }) => {
      const first = winners.find(({ family }) => family === "kda_decode")!;
      const config = { ...first.config, stateElem: first.config.stateElem === "f32" ? "f16" : "f32" };
      workload = `N=${first.axes.N}`;
      const swap = (text: string) => text.replace(/stateElem=f\d\d/, `stateElem=${config.stateElem}`);
      winners.push({ ...first, config, bucket: swap(first.bucket), variant: swap(first.variant) });
    });
    const stored = { root, ...await listDevices(root) };
    const { request } = await exportRequest(listing(), stored, { family: ["kda_decode"], workload });
    const elems = request.devices[0].profile.winners.map(({ config }) => config.stateElem);
    assertEquals(elems.sort(), ["f16", "f32"]);
  });
});

Deno.test("exportRequest() carries compare's trials apart, leaves torn lines out and says so, and changes no store", async () => {
  await withStore(SMALL, async (_, root) => {
    const device = `${root}/${FIRST}`;
    const lines = (await Deno.readTextFile(`${device}/kda_decode.jsonl`)).trim().split("\n");
    const others = (await Deno.readTextFile(`${device}/kda_prefill.jsonl`)).trim().split("\n");
    await Deno.writeTextFile(`${device}/comparison.jsonl`, `${lines[0]}\n${others[0]}\n`);
    const torn = lines.join("\n") + "\n" + lines[0].slice(0, 40);
    await Deno.writeTextFile(`${device}/kda_decode.jsonl`, torn);
    const stored = { root, ...await listDevices(root) };
    const { request, notices } = await exportRequest(listing(), stored, { family: ["kda_decode"] });
    const [{ trials, comparisonTrials }] = request.devices;
    assertEquals([trials.length, comparisonTrials.length], [20, 1]);
    assertEquals(notices.length, 1);
    assert(/^Left out 1 line of .*kda_decode\.jsonl/.test(notices[0]), notices[0]);
    assertEquals(await Deno.readTextFile(`${device}/kda_decode.jsonl`), torn);
    assert(!namesIn(device).some((name) => name.endsWith(".torn") || name.endsWith(".lock")));
  });
});

Deno.test("a software adapter's profile is exported, with a notice on its times", async () => {
  await withStore(
    { ...SMALL, devices: 8, families: ["kda_decode"], trials: 4, sizes: 1 },
    async (folder, root) => {
      const software = (await listDevices(root)).devices.find(({ profile }) => profile.device.software)!.slug;
      const args = ["export", "profile", "--device", software, "--profiles", root, "--out", `${folder}/out`];
      const { code, stderr } = await runCli(args);
      assertEquals(code, 0);
      assertEquals(stderr, "Software adapter: these times say nothing about a GPU.\n");
      const text = await Deno.readTextFile(`${folder}/out/${software}.profile.json`);
      assert(uploadSchema.parse(JSON.parse(text)).profile.device.software);
    },
  );
});

Deno.test("winners of a family this version does not know are left out with a notice", async () => {
  await withStore(SMALL, async (_, root) => {
    await editProfile(root, FIRST, ({ winners }) => winners.push({ ...winners[0], family: "kda_future" }));
    const stored = { root, ...await listDevices(root) };
    const { request, notices } = await exportRequest(listing(), stored, {});
    assertEquals(request.families.map(({ name }) => name), FAMILIES);
    assert(notices.some((notice) => notice.includes("kda_future")), notices.join());
    await editProfile(root, FIRST, (profile) => {
      profile.winners = profile.winners.filter(({ family }) => family === "kda_future");
    });
    const only = { root, ...await listDevices(root) };
    assertEquals(
      await messageOf(() => exportRequest(listing(), only, {})),
      "Nothing to export: all winners are of kda_future, which this version of Deltatune does not know; update it",
    );
  });
});

const FILES: readonly ExportFile[] = [{ path: "a.json", text: "{}\n" }, {
  path: "deep/er/b.txt",
  text: "b\n",
}];

Deno.test("writeExport() replaces, with force, an earlier export of the same target and nothing else", async () => {
  await inFolder(async (folder) => {
    const out = `${folder}/out`;
    const write = (files = FILES, target = "listing", force = true) =>
      writeExport(out, target, files, { force });
    await Deno.mkdir(out);
    assertEquals(await write(FILES, "listing", false), [
      { path: "a.json", bytes: 3 },
      { path: "deep/er/b.txt", bytes: 2 },
    ]);
    assert(
      (await messageOf(() => write(FILES, "listing", false))).includes(
        "it holds a.json of an earlier export; --force",
      ),
    );
    assert((await messageOf(() => write(FILES, "other"))).includes("it holds an export of listing;"));
    await write([{ path: "c.txt", text: "c\n" }]);
    assertEquals(namesIn(out), [".deltatune-export.json", "c.txt"]);

    await Deno.writeTextFile(`${out}/c.txt`, "edited\n");
    assert((await messageOf(() => write())).includes("it holds c.txt, changed since it was exported"));
    await Deno.writeTextFile(`${out}/c.txt`, "c\n");
    const odd: readonly [name: string, make: (path: string) => Promise<void>][] = [
      ["notes.txt", (path) => Deno.writeTextFile(path, "mine")],
      ["empty", (path) => Deno.mkdir(path)],
      ["sub", async (path) => {
        await Deno.mkdir(path);
        await Deno.writeTextFile(`${path}/notes.txt`, "mine");
      }],
    ];
    for (const [name, make] of odd) {
      await make(`${out}/${name}`);
      const message = await messageOf(() => write());
      assert(message.includes(`it holds ${name}, which the export there did not write`), message);
      await Deno.remove(`${out}/${name}`, { recursive: true });
    }
    await Deno.remove(`${out}/c.txt`);
    await Deno.symlink("/dev/null", `${out}/c.txt`);
    assert((await messageOf(() => write())).includes("it holds c.txt, which the export there did not write"));
    await Deno.remove(`${out}/c.txt`);
    await write();
    assertEquals(await Deno.readTextFile(`${out}/deep/er/b.txt`), "b\n");
    assertEquals(namesIn(folder), ["out"]);
  });
});

Deno.test("writeExport() leaves nothing of an export it is told to stop, and the earlier one as it was", async () => {
  await inFolder(async (folder) => {
    await writeExport(`${folder}/out`, "listing", FILES);
    for (let stopAt = 1; stopAt <= 3; stopAt++) {
      for (const out of ["out", "fresh/below"]) {
        let looks = 0;
        const signal = {
          throwIfAborted: () => {
            if (++looks === stopAt) throw new DOMException("stop", "AbortError");
          },
        } as AbortSignal;
        const files = FILES.map(({ path }) => ({ path, text: "new\n" }));
        const message = await messageOf(() =>
          writeExport(`${folder}/${out}`, "listing", files, { force: true, signal })
        );
        assertEquals(message, "stop");
        assertEquals(namesIn(folder), ["out"]);
        assertEquals(await Deno.readTextFile(`${folder}/out/a.json`), "{}\n");
      }
    }
  });
});

Deno.test({
  name: "Ctrl-C or a polite kill while files are written ends an export with code 130 and nothing left",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withStore({ ...SMALL, trials: 4 }, async (folder, root) => {
      const script = new URL("slow_export.ts", import.meta.url).pathname;
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        const child = new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", "--quiet", "--no-check", script, root, `${folder}/out`],
          stderr: "piped",
        }).spawn();
        let isOver = false;
        const ended = child.output().finally(() => isOver = true);
        while (!isOver && !namesIn(folder).some((name) => name.endsWith(".tmp"))) {
          await new Promise((done) => setTimeout(done, 1));
        }
        if (!isOver) child.kill(signal);
        const { code, stderr } = await ended;
        assertEquals([code, new TextDecoder().decode(stderr)], [130, "Stopped; nothing was written.\n"]);
        assertEquals(namesIn(folder), ["store"]);
      }
    });
  },
});

Deno.test("an exporter that throws midway leaves nothing, and the earlier export as it was", async () => {
  await withStore(SMALL, async (folder, root) => {
    const run = (files: Exporter["files"]) => () =>
      runExport({ target: "listing", out: `${folder}/out`, profiles: root, force: true }, [
        listing({ files }),
      ]);
    const half = () => Promise.reject(new RangeError("Cannot export half: it is half"));
    assertEquals(await messageOf(run(half)), "Cannot export half: it is half");
    assertEquals(namesIn(folder), ["store"]);
    await writeExport(`${folder}/out`, "listing", FILES);
    await messageOf(run(half));
    for (const path of ["../escaped.txt", "/escaped.txt", "a/../../b", "A.JSON", "a.json/x"]) {
      const files = [{ path: "a.json", text: "new\n" }, { path, text: "out\n" }];
      const message = await messageOf(run(() => Promise.resolve(files)));
      assert(message.startsWith("Cannot write what exporter listing made: "), message);
    }
    assertEquals(namesIn(folder), ["out", "store"]);
    assertEquals(await Deno.readTextFile(`${folder}/out/a.json`), "{}\n");
  });
});

Deno.test({
  name: "an export the disk has no room for ends with code 2, leaves nothing, and the earlier one as it was",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await withStore(SMALL, async (folder, root) => {
      const args = ["export", "profile", "--profiles", root, "--out", `${folder}/out`];
      assertEquals((await runCli([...args, "--family", "kda_decode"])).code, 0);
      const before = await Deno.readTextFile(`${folder}/out/README.md`);
      // 8 blocks of 1024 bytes a file; the signal is ignored so that write() fails as it does on a full disk.
      const main = new URL("../../cli/main.ts", import.meta.url).pathname;
      const command = `trap '' XFSZ; ulimit -f 8; exec "$0" run -A --quiet --no-check "$@"`;
      for (const force of [["--force"], ["--out", `${folder}/new/below`]]) {
        const { code, stderr } = await new Deno.Command("bash", {
          args: ["-c", command, Deno.execPath(), main, ...args, ...force],
          env: { NO_COLOR: "1" },
        }).output();
        const text = new TextDecoder().decode(stderr);
        assert(
          /^Cannot write an export to .*: the disk is full .*: free some space and run again\n$/.test(text),
          text,
        );
        assertEquals(code, 2);
        assertEquals(namesIn(folder), ["out", "store"]);
        assertEquals(await Deno.readTextFile(`${folder}/out/README.md`), before);
      }
    });
  },
});

/** Runs a program, and says whether it did what it should. */
async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** Does work while an empty disk is mounted on a folder of its own, and says whether that could be had. */
const withMount = (work: (folder: string) => Promise<void>): Promise<boolean> =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/out`);
    if (!await succeeds("mount", "-t", "tmpfs", "tmpfs", `${folder}/out`)) return false;
    try {
      await work(folder);
    } finally {
      await succeeds("umount", `${folder}/out`);
    }
    return true;
  });

const mayMount = Deno.build.os === "linux" && await withMount(() => Promise.resolve());

Deno.test({
  name: `writeExport() says that a mounted folder can't be replaced${
    mayMount ? "" : " (may not mount here)"
  }`,
  ignore: !mayMount,
  fn: async () => {
    await withMount(async (folder) => {
      const message = await messageOf(() => writeExport(`${folder}/out`, "listing", FILES));
      assert(message.endsWith("no folder can take its place; name a folder below it"), message);
      assertEquals([namesIn(folder), namesIn(`${folder}/out`)], [["out"], []]);
    });
  },
});
