// `compare`: a small model to the end on the adapter at hand, its second run that measures nothing, and the mistakes it
// refuses before a GPU is opened.
import { comparisonSchema } from "../../compare/comparison.ts";
import { assert, assertEquals } from "../assert.ts";
import { testDevice } from "../gpu/open_test_device.ts";
import { inFolder } from "./in_folder.ts";
import { runCli } from "./run_cli.ts";

const device = await testDevice();
const needs = device ? "" : " (needs a WebGPU adapter)";

const SMALL = {
  name: "small",
  doc: "One layer of each, one head",
  maxTokens: 256,
  layers: [
    { layers: 3, mixer: { kind: "kda", heads: 1, keyDim: 64, valueDim: 64, convWidth: 4 } },
    { layers: 1, mixer: { kind: "mla", heads: 1, latentDim: 512, ropeDim: 64, nopeDim: 64, valueDim: 64 } },
  ],
  projections: {
    hidden: 64,
    vocab: 100,
    denseLayers: 4,
    denseWidth: 64,
    experts: 0,
    expertsPerToken: 0,
    sharedExperts: 0,
    expertWidth: 0,
  },
};
const WIDE = { ...SMALL, name: "wide", layers: [{ layers: 4, mixer: SMALL.layers[1].mixer }] };

const BAD: [string[], string][] = [
  [["--models", "kimi"], 'Unknown model "kimi"'],
  [["--models", "kimi-linear-48b,kimi-linear-48b"], 'Cannot compare "kimi-linear-48b" with itself'],
  [["--models", ","], "Cannot compare no models: name one"],
  [["--max-tokens", "2097152"], "the longest context of kimi-linear-48b, full-mla-48b is 1048576"],
  [["--max-tokens", "3", "--min-tokens", "3"], "no power of two lies there"],
  [["--max-tokens", "0"], "--max-tokens takes a whole number of at least 1"],
  [["--budget", "0s"], 'Cannot read the budget "0s"'],
  [["--memory", "24"], 'Cannot read the size "24": it must be a size above zero such as 24GiB'],
  [["--model-file", "missing.json"], "Cannot read the model missing.json"],
];
for (const [args, says] of BAD) {
  Deno.test(`compare ${args.join(" ")} ends with one sentence and code 2 before a GPU is opened`, async () => {
    const { code, stdout, stderr } = await runCli(["compare", ...args], { DENO_WEBGPU_BACKEND: "noop" });
    assert(stderr.includes(says), stderr);
    assertEquals([stderr.trim().split("\n").length, stdout, code], [1, "", 2], stderr);
  });
}

Deno.test("compare --out refuses a folder of other things, and leaves it as it was", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/thesis.tex`, "x");
    const { code, stderr } = await runCli(["compare", "--out", folder], { DENO_WEBGPU_BACKEND: "noop" });
    assertEquals(code, 2, stderr);
    assert(stderr.includes("it holds thesis.tex and no report"), stderr);
    assertEquals([...Deno.readDirSync(folder)].map((e) => e.name), ["thesis.tex"]);
  }));

Deno.test({
  name: `compare runs a model of one's own to the end, and a second time without measuring${needs}`,
  ignore: !device,
  fn: () =>
    inFolder(async (folder) => {
      const files = await Promise.all([SMALL, WIDE].map(async (model) => {
        const path = `${folder}/${model.name}.json`;
        await Deno.writeTextFile(path, JSON.stringify(model));
        return path;
      }));
      const args = [
        "compare",
        "--model-file",
        ...files,
        "--min-tokens",
        "64",
        "--max-tokens",
        "256",
        "--json",
      ];
      const own = ["--profiles", `${folder}/profiles`, "--memory", "4MiB", "--budget", "60s"];
      const first = await runCli([...args, ...own]);
      assertEquals(first.code, 0, first.stderr);
      const comparison = comparisonSchema.parse(JSON.parse(first.stdout));
      for (const name of ["small", "wide"]) {
        for (const phase of ["prefill", "decode"]) {
          const points = comparison.points.filter((p) =>
            p.model === name && p.phase === phase && p.batch === 1
          );
          assertEquals(points.map((p) => p.tokens), [64, 128, 256], `${name} ${phase}`);
        }
      }
      assert(comparison.points.some((p) => p.batch > 1), "no batch above 1");
      assert(comparison.points.every((p) => p.lowUs <= p.us && p.us <= p.highUs));
      assert(comparison.formulations.some((p) => p.formulation === "chunked"));
      assert(comparison.formulations.every((p) => p.tuned === false), "a default is called tuned");
      const second = await runCli([...args, ...own]);
      const again = comparisonSchema.parse(JSON.parse(second.stdout));
      assertEquals(again.points, comparison.points);
      assert(!/(decode|prefill)[^:]*: [0-9.]+ (us|ms|s)\b/.test(second.stderr), second.stderr);
      const out = `${folder}/report`;
      const third = await runCli([...args.filter((a) => a !== "--json"), ...own, "--out", out]);
      assertEquals(third.code, 0, third.stderr);
      assert(third.stdout.includes("small against wide"), third.stdout);
      const report = await Deno.readTextFile(`${out}/report.md`);
      const figures = [...report.matchAll(/\]\((figures\/[^)]+)\)/g)].map((m) => m[1]);
      assert(figures.length >= 4, report);
      for (const figure of [...figures, "points.csv", "memory.csv", "comparison.json"]) {
        assert((await Deno.stat(`${out}/${figure}`)).size > 100, figure);
      }
      assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".tmp")), []);
      const [stored] = [...Deno.readDirSync(`${folder}/profiles`)];
      const path = `${folder}/profiles/${stored.name}/comparison.json`;
      assertEquals(comparisonSchema.parse(JSON.parse(await Deno.readTextFile(path))).points, again.points);
    }),
});
