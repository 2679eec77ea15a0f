// `bench`, and the mistakes `tune` and `bench` refuse before a GPU is opened.
import { assert, assertEquals } from "../assert.ts";
import { parseStages } from "../../profiles/stages.ts";
import { listDevices } from "../../profiles/store_fs.ts";
import { testDevice } from "../gpu/open_test_device.ts";
import { inFolder } from "./in_folder.ts";
import { runCli } from "./run_cli.ts";

const device = await testDevice();
const needs = device ? "" : " (needs a WebGPU adapter)";
const SMALL = ["bench", "kda_decode", "--workload", "N=1,H=1"];

const BAD: [string[], string][] = [
  [
    ["tune", "--budget", "5x"],
    'Cannot read the budget "5x": it must be a time above zero such as 90s, 2m or 1h',
  ],
  [["tune", "--budget", "0s"], 'Cannot read the budget "0s"'],
  [["tune", "--budget"], "Option '--budget <time>' argument missing"],
  [["tune", "--trials", "0"], "--trials takes a whole number of at least 1"],
  [["tune", "--seed", "x"], "--seed takes a whole number of at least 0"],
  [["tune", "kda_decod"], 'Unknown family "kda_decod": did you mean "kda_decode"?'],
  [["tune", "--suite", "targts"], 'Unknown suite "targts": did you mean "targets"?'],
  [
    ["tune", "gdn_prefill"],
    "Cannot choose a size for gdn_prefill: the suite default has none; name one with --workload, or take --suite compare",
  ],
  [["tune", "--strategy", "rndom"], 'Unknown strategy "rndom": did you mean "random"?'],
  [["tune", "kda_decode", "--workload", "HH=1"], 'Unknown axis "HH" of kda_decode: did you mean "H"?'],
  [
    ["tune", "kda_decode", "--workload", "N=0"],
    "Cannot size kda_decode with N=0: it must be an integer from 1",
  ],
  [["tune", "kda_decode", "--workload", "N:1"], '"N:1" is not AXIS=NUMBER'],
  [["tune", "--workload", "N=1"], "Cannot size a workload without its family"],
  [
    ["tune", "kda_decode", "--workload", "N=1", "--suite", "default"],
    "Cannot take both --workload and --suite",
  ],
  [["tune", "kda_prefill", "--storage", "f99"], 'as "f99": io takes f32, f16'],
  [["bench", "--suite", "target"], 'Unknown suite "target": did you mean "targets"?'],
  [
    [...SMALL, "--config", "kda_decode:tileW=32"],
    'Unknown tunable "tileW" of kda_decode: did you mean "tileV"?',
  ],
  [[...SMALL, "--config", "kda_decode:tileV=33"], 'Cannot set tileV of kda_decode to "33": it takes '],
  [
    [...SMALL, "--config", "kda_decode:tileV=128;columnsPerThread=1;rowsPerThread=4"],
    "tileV / columnsPerThread * 64 / rowsPerThread must not exceed 1024 threads",
  ],
  [
    [...SMALL, "--config", "mla_decode:"],
    "Cannot time a variant of mla_decode: no chosen workload is of that family",
  ],
  [[...SMALL, "--config", "="], 'Cannot parse variant "=": it must look like family:tunable=value'],
];

for (const [args, says] of BAD) {
  Deno.test(`${args.join(" ")} ends with one sentence and code 2 before a GPU is opened`, async () => {
    // Where a GPU process would start, a driver that is none would make it say so.
    const { code, stdout, stderr } = await runCli(args, { DENO_WEBGPU_BACKEND: "noop" });
    assert(stderr.includes(says), stderr);
    assertEquals([stderr.trim().split("\n").length, stdout, code], [1, "", 2], stderr);
  });
}

Deno.test(
  { name: "bench --json prints one JSON document and nothing else" + needs, ignore: !device },
  async () => {
    const ids = ["kda_decode:tileV=32", "kda_decode:tileV=64;unroll=false"];
    const { code, stdout } = await runCli([...SMALL, "--config", ...ids, "--json"]);
    assertEquals(code, 0);
    const { rows, ceilings } = JSON.parse(stdout);
    assertEquals(rows.length, 2);
    for (const row of rows) {
      assertEquals([row.trial.status, row.from], ["passed", "asked for"]);
      assert(row.trial.timing.medianUs > 0 && row.trial.timing.samples >= 3 && row.trial.timing.repeats >= 1);
      assert(row.gigabytesPerSecond > 0 && row.tflops > 0 && row.floorUs > 0);
      assert(row.trial.error <= 1e-5);
    }
    assertEquals([rows[0].trial.config.tileV, rows[1].trial.config.unroll], [32, false]);
    assert(ceilings.readGBps > 0 && ceilings.f32Tflops > 0);
  },
);

Deno.test(
  { name: "bench prints a row per variant, with its share of the roofline" + needs, ignore: !device },
  async () => {
    const { code, stdout, stderr } = await runCli([...SMALL, "--profiles", "/nonexistent/profiles"]);
    assertEquals(code, 0, stderr);
    const [head, , row] = stdout.split("\n");
    for (const column of ["median", "floor", "roofline", "GB/s", "TFLOP/s", "error"]) {
      assert(
        head.includes(column),
      );
    }
    assert(/^kda_decode N=1,H=1 .* %.*kda_decode/.test(row), row);
  },
);

Deno.test(
  { name: "bench --windows runs one input in windows of two lengths and compares" + needs, ignore: !device },
  async () => {
    const small = [
      "bench",
      "kda_prefill",
      "--workload",
      "T=70,H=1,K=64,V=64",
      "--storage",
      "f32",
      "--windows",
    ];
    const args = [...small, "--config", "kda_prefill:unroll=false"];
    const { code, stdout } = await runCli([...args, "--json"]);
    assertEquals(code, 0);
    const { rows: [{ runs, errors, sampledTokens, passed }] } = JSON.parse(stdout);
    assertEquals(runs.map((run: { windowTokens: number }) => run.windowTokens), [35, 34]);
    assertEquals(runs.map((run: { dispatches: number }) => run.dispatches), [4, 6]);
    assertEquals([sampledTokens, passed], [70, true]);
    assert(errors.o <= 2e-6 && errors.final_state <= 2e-6, JSON.stringify(errors));
    for (const run of runs) assert(run.scratchBytes > 0 && run.longestDispatchMs > 0 && run.totalMs > 0);
    const { stdout: table } = await runCli(args);
    assert(/^ *34 tokens +3 +6 /m.test(table) && /^They agree at 70 tokens: o /m.test(table), table);
  },
);

Deno.test({ name: "bench --stages times every pass of each variant" + needs, ignore: !device }, async () => {
  const { code, stdout, stderr } = await runCli([
    ...SMALL,
    "--stages",
    "--profiles",
    "/nonexistent/profiles",
  ]);
  assertEquals(code, 0, stderr);
  const table = stdout.slice(stdout.indexOf("stage  "));
  assert(/^step .* %/m.test(table) && /^whole call .* 100\.0 %/m.test(table), stdout);
  const { rows } = JSON.parse((await runCli([...SMALL, "--stages", "--json"])).stdout);
  const { whole, passes } = rows[0].stages;
  assert(whole.medianUs > 0 && passes.length >= 1);
  for (const pass of passes) assert(pass.timing.medianUs > 0 && pass.memoryUs > 0 && pass.dispatches >= 1);
});

Deno.test(
  {
    name: "bench --stages keeps those of the profile's winner, and says of others that it does not" + needs,
    ignore: !device,
  },
  () =>
    inFolder(async (folder) => {
      const size = ["kda_decode", "--workload", "N=1,H=2", "--profiles", folder];
      const tuned = await runCli(["tune", ...size, "--trials", "3"]);
      assertEquals(tuned.code, 0, tuned.stderr);
      const kept = await runCli(["bench", ...size, "--stages"]);
      assertEquals(kept.code, 0, kept.stderr);
      assert(/^Kept the stages of kda_decode@NH<=2,/m.test(kept.stderr), kept.stderr);
      const { devices: [{ slug, profile }] } = await listDevices(folder);
      const [winner] = profile.winners;
      const path = `${folder}/${slug}/stages.json`;
      const { entries } = parseStages(await Deno.readTextFile(path), path);
      assertEquals(entries.map(({ bucket, variant, sourceHash }) => [bucket, variant, sourceHash]), [
        [winner.bucket, winner.variant, winner.sourceHash],
      ]);
      assert(entries[0].times.passes.length >= 1);
      const other = await runCli([
        "bench",
        ...size,
        "--stages",
        "--config",
        "kda_decode:unroll=false;tileV=16",
      ]);
      assert(other.stderr.includes("is no winner of kda_decode@NH<=2,"), other.stderr);
      assertEquals(parseStages(await Deno.readTextFile(path), path).entries, entries);
      // Asked again, the entry of its bucket is replaced and not joined.
      assertEquals((await runCli(["bench", ...size, "--stages"])).code, 0);
      const again = parseStages(await Deno.readTextFile(path), path).entries;
      assertEquals(again.map(({ bucket }) => bucket), [winner.bucket]);
      assert(again[0].at > entries[0].at, `${again[0].at} after ${entries[0].at}`);
    }),
);
