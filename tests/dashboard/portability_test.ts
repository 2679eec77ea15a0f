// The portability matrix against numbers worked out by hand, and its page over stores.
import type { ShelvedDevice } from "../../dashboard/app/env.ts";
import { type Cell, cellOf, meanOf } from "../../dashboard/app/portability/cell.ts";
import { failures } from "../../dashboard/app/portability/failures.ts";
import { type Contestant, portabilityMatrix } from "../../dashboard/app/portability/matrix.ts";
import { differences, portableWords } from "../../dashboard/app/portability/portable_words.ts";
import { standingOf } from "../../dashboard/app/portability/standing.ts";
import { chooseWorkload, workloads } from "../../dashboard/app/portability/workloads.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { familyNamed } from "../../kernels/mod.ts";
import type { DeviceRecord, Trial } from "../../profiles/schema.ts";
import { assert, assertEquals } from "../assert.ts";
import {
  failedTrial,
  sampleDevice,
  sampleTiming,
  sampleTrial,
  sampleWinner,
  toyFamily,
} from "../profiles/samples.ts";
import { appForTest, STORED_PROFILES } from "./app_for_test.ts";
import { writeSampleStore } from "./sample_store.ts";

const toy = toyFamily();
const NOW = { family: toy, sourceHash: "aaaa", driver: "570.1" };
const narrow = { tile: 16, wide: false };
const wide = { tile: 16, wide: true };
const broad = { tile: 32, wide: false };

function timed(config: Trial["config"], medianUs: number, changes: Partial<Trial> = {}): Trial {
  return sampleTrial({ config, timing: sampleTiming(medianUs), ...changes });
}

function contestant(slug: string, trials: Trial[], changes: Partial<DeviceRecord> = {}): Contestant {
  const { standing } = standingOf(trials, NOW);
  const device = { slug, profile: { device: sampleDevice({ description: slug, ...changes }) } };
  return { device: device as unknown as ShelvedDevice, standing: standing! };
}

Deno.test("standingOf() takes the last trial of a config, at the winner's size, of this source and driver", () => {
  const { standing, stale } = standingOf([
    timed(narrow, 1, { sourceHash: "old" }),
    timed(narrow, 2, { driver: "1.0" }),
    timed(narrow, 8),
    timed(narrow, 10),
    timed(wide, 5),
    timed(wide, 1, { axes: { B: 1, T: 90, H: 4, K: 64 } }),
    failedTrial("timeout", { config: broad, reason: "it hung" }),
  ], NOW);
  assertEquals(stale, 1);
  assertEquals(standing!.winner.timing.medianUs, 5);
  assertEquals([...standing!.results.values()].map((r) => r.timing ? r.timing.medianUs : r.reason), [
    10,
    5,
    "it hung",
  ]);
});

Deno.test("standingOf() says why a device has no standing", () => {
  const reason = (...trials: Trial[]) => standingOf(trials, NOW).reason;
  assertEquals(reason(), "none of its trials is stored");
  assertEquals(reason(timed(narrow, 1, { sourceHash: "old" })), "its only trial is of older source code");
  assertEquals(
    reason(timed(narrow, 1, { driver: "1.0" }), timed(wide, 1, { driver: "1.0" })),
    "its 2 trials were made under another driver",
  );
  assertEquals(reason(failedTrial("incorrect")), "its only trial did not pass");
});

Deno.test("cellOf() tells optimum, tie, slower, failed and not tried apart", () => {
  const { standing } = standingOf([
    timed(narrow, 10),
    timed(wide, 10.1),
    timed(broad, 20, { timing: sampleTiming(20, { lowClocks: true }) }),
    failedTrial("rejected", { config: { tile: 32, wide: true }, reason: "too big" }),
  ], NOW);
  const cell = (config: Trial["config"]) => cellOf(sampleTrial({ config }).variant, standing!);
  const timedCells = [narrow, wide, broad].map(cell).map((c: Cell) =>
    c.kind === "timed" && [c.share, c.place, c.isBound]
  );
  assertEquals(timedCells, [[1, "best", false], [10 / 10.1, "tied", false], [0.5, "behind", true]]);
  assertEquals(cell({ tile: 32, wide: true }), { kind: "failed", status: "rejected", reason: "too big" });
  assertEquals(cell({ tile: 64, wide: false }), { kind: "untried" });
});

Deno.test("meanOf() is geometric, over the timed cells, and knows the least", () => {
  const shared = { kind: "timed", place: "behind", isBound: false, medianUs: 1 } as const;
  const cell = (share: number): Cell => ({ ...shared, share, lowShare: share / 2, highShare: share * 2 });
  const mean = meanOf([{ kind: "untried" }, cell(0.25), cell(1)])!;
  assertEquals([mean.share, mean.lowShare, mean.highShare], [0.5, 0.25, 1]);
  assertEquals([mean.count, mean.least], [2, { share: 0.25, place: 1 }]);
  assertEquals(meanOf([{ kind: "untried" }]), undefined);
});

Deno.test("portabilityMatrix() ships the largest mean among configs timed everywhere, though it wins nowhere", () => {
  const a = contestant("Abacus", [timed(narrow, 10), timed(wide, 40), timed(broad, 11)]);
  const b = contestant("Babbage", [timed(narrow, 30), timed(wide, 10), timed(broad, 12.5)]);
  const matrix = portabilityMatrix(toy, [a, b]);
  assertEquals(matrix.rows.map(({ config }) => config), [broad, narrow, wide]);
  assert(matrix.rows[0].isPortable && matrix.rows[1].isDefault);
  const { mean, isWhole, tied } = matrix.portable!;
  assert(Math.abs(mean.share - Math.sqrt(10 / 11 * 10 / 12.5)) < 1e-12);
  assertEquals([mean.count, mean.least.share, isWhole, tied], [2, 0.8, true, 0]);
  assertEquals(portableWords(matrix), [
    "One config shipped to both devices keeps 85.3 % of each device's best speed (geometric mean; least on " +
    "Babbage under Deno's WebGPU, 80.0 %).",
    "The family's default keeps 57.7 % (least on Babbage under Deno's WebGPU, 33.3 %).",
  ]);
});

Deno.test("portabilityMatrix() says where no config was timed on all devices, or on two", () => {
  const a = contestant("Abacus", [timed(narrow, 10), timed(wide, 20)]);
  const b = contestant("Babbage", [timed(wide, 10)]);
  const c = contestant("Curta", [
    timed(broad, 10),
    failedTrial("compile_error", { config: wide, reason: "no wide loads" }),
  ]);
  const three = portabilityMatrix(toy, [a, b, c]);
  assertEquals([three.portable!.config, three.portable!.mean.count, three.portable!.isWhole], [
    wide,
    2,
    false,
  ]);
  assert(
    portableWords(three)[0].startsWith(
      "No config was timed on all 3 devices. One timed on 2 of them keeps 70.7 %",
    ),
  );
  const apart = portabilityMatrix(toy, [b, c]);
  assertEquals(apart.portable, undefined);
  assert(portableWords(apart)[0].startsWith("No config was timed on two of the 2 devices"));
  assert(
    portableWords(portabilityMatrix(toy, [a]))[0].startsWith("Only Abacus under Deno's WebGPU has timed"),
  );
  assert(portableWords(portabilityMatrix(toy, []))[0].startsWith("No GPU has timed"));
});

Deno.test("portableDefault() counts configs it can't be told from", () => {
  const trials = [timed(narrow, 10), timed(wide, 10.1), timed(broad, 15)];
  const matrix = portabilityMatrix(toy, [contestant("Abacus", trials), contestant("Babbage", trials)]);
  assertEquals(matrix.portable!.tied, 1);
  assert(portableWords(matrix).includes("One other config can't be told from it: their intervals meet."));
  assert(portableWords(matrix).includes("It is the family's default."));
});

Deno.test("failures() says why a config failed, by device", () => {
  const family = familyNamed("kda_decode");
  const config = initialConfig<Trial["config"]>(family.space);
  const other = { ...config, tileV: family.space.tunables.tileV.values.at(-1)! };
  const of = (c: Trial["config"]) => ({
    family: family.name,
    config: c,
    variant: `${family.name}:${JSON.stringify(c)}`,
  });
  const now = { ...NOW, family };
  const standing = standingOf([
    sampleTrial(of(config)),
    failedTrial("rejected", { ...of(other), reason: "too much memory" }),
  ], now).standing!;
  const { device } = contestant("Abacus", [timed(narrow, 1)]);
  const row = {
    cells: [cellOf(of(other).variant, standing)],
    variant: "",
    config: other,
    isDefault: false,
    isPortable: false,
  };
  assertEquals(differences(family.name, other), [`tileV=${other.tileV}`]);
  assertEquals(failures(family.name, { contestants: [{ device, standing }], rows: [row] }), [
    `tileV=${other.tileV} on Abacus under Deno's WebGPU: too much memory`,
  ]);
});

Deno.test("chooseWorkload() takes what is asked for, else what most GPUs share", () => {
  const device = (software: boolean, ...buckets: string[]) => ({
    profile: {
      device: sampleDevice({ software }),
      winners: buckets.map((bucket) => sampleWinner({ bucket })),
    },
  } as unknown as ShelvedDevice);
  const known = workloads([
    device(false, "mla_decode@S<=16", "kda_decode@NH<=8"),
    device(false, "kda_decode@NH<=128"),
    device(false, "kda_decode@NH<=128", "gone_family@N<=1"),
    device(true, "kda_decode@NH<=8", "mla_decode@S<=16"),
  ]);
  assertEquals(known.map(({ family, buckets }) => [family, ...buckets.map((b) => b.bucket)]), [
    ["kda_decode", "kda_decode@NH<=8", "kda_decode@NH<=128"],
    ["mla_decode", "mla_decode@S<=16"],
  ]);
  assertEquals(chooseWorkload(known, {})?.bucket, "kda_decode@NH<=128");
  assertEquals(chooseWorkload(known, { bucket: "kda_decode@NH<=8" })?.bucket, "kda_decode@NH<=8");
  assertEquals(
    chooseWorkload(known, { family: "mla_decode", bucket: "nonsense" })?.bucket,
    "mla_decode@S<=16",
  );
  assertEquals(chooseWorkload([], {}), undefined);
});

Deno.test("the page shows GPUs and software adapters apart", async () => {
  const root = await Deno.makeTempDir();
  try {
    await writeSampleStore(root);
    const page = await (await appForTest(root)).page("/portability?family=kda_prefill");
    const tables = [...page.querySelectorAll("table.matrix")];
    assertEquals(tables.length, 2);
    assertEquals(tables.map((table) => /software adapter/.test(table.querySelector("thead")!.textContent!)), [
      false,
      true,
    ]);
    assert(!/SwiftShader/.test(page.querySelector(".lead")!.textContent!));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("the page answers to any query, and to stores with nothing to show", async () => {
  const app = await appForTest(STORED_PROFILES);
  for (
    const query of [
      "",
      "?family=nope",
      "?bucket=..%2F..%2Fetc",
      "?family=kda_prefill&bucket=kda_prefill@",
      "?bucket=",
    ]
  ) {
    const page = await app.page(`/portability${query}`);
    assert(page.querySelector("table.matrix"), query);
  }
  const chosen = "kda_decode@NH<=2048,K=128,V=128,stateElem=f32,stateLayout=VK";
  const page = await app.page(`/portability?bucket=${encodeURIComponent(chosen)}`);
  assertEquals(page.querySelector("option[selected]")!.getAttribute("value"), chosen);
  assert(/keeps \d/.test(page.querySelector(".lead")!.textContent!));
  const empty = await (await appForTest("/nonexistent/profiles")).page("/portability");
  assert(/deno task tune/.test(empty.querySelector(".empty")!.textContent!));
});

Deno.test("the page says that stale trials don't count", async () => {
  const root = await Deno.makeTempDir();
  try {
    const slug = "dawn_nvidia_h200";
    await Deno.mkdir(`${root}/${slug}`);
    for (const name of ["profile.json", "kda_decode.jsonl"]) {
      const text = await Deno.readTextFile(`${STORED_PROFILES}/${slug}/${name}`);
      await Deno.writeTextFile(
        `${root}/${slug}/${name}`,
        text.replace(/"sourceHash":( ?)"\w+"/g, '"sourceHash":$1"0000"'),
      );
    }
    const page = await (await appForTest(root)).page("/portability");
    assert(
      /No GPU has timed this workload with the kernel as it is now/.test(
        page.querySelector(".lead")!.textContent!,
      ),
    );
    assert(/its \d+ trials are of older source code/.test(page.querySelector("main")!.textContent!));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
