// examples/deno.ts on the adapter Deno's own WebGPU opens: every fixture through the winner of its bucket, f16, and a device
// no profile knows.
import { fileURLToPath } from "node:url";
import { inFolder } from "../../cli/in_folder.ts";
import { missingFeatures, testDevice } from "../../gpu/open_test_device.ts";
import { assertEquals } from "../../assert.ts";
import { inTurns } from "../../in_turns.ts";
import { outputOf } from "../native/compiler.ts";
import { SAMPLE_DEVICE } from "../sample_request.ts";
import { allCases, type ConsumerCase, fewCases } from "./cases.ts";
import { halfCase } from "./half_case.ts";
import { assertRight, EXAMPLES, PORTABLE, runExample } from "./run_example.ts";
import { writeBundle } from "./write_bundle.ts";

const opened = await testDevice();
const reason = opened ? "" : missingFeatures(opened);
const half = opened?.record.features.includes("shader-f16");
const script = fileURLToPath(new URL("deno.ts", EXAMPLES));
const run = (bundle: string, test: ConsumerCase) =>
  runExample(Deno.execPath(), ["run", "-A", script], bundle, test);

Deno.test({
  name: `examples/deno.ts runs every fixture through its winner${reason}`,
  ignore: !opened,
  fn: () =>
    inFolder(async (folder) => {
      const cases = await allCases(folder);
      await writeBundle(`${folder}/bundle`, opened!.record, cases.map(({ winner }) => winner));
      await inTurns(2, cases, async (test) => {
        assertRight(await run(`${folder}/bundle`, test), test, { rung: "adapter" });
      });
    }),
});

Deno.test({
  name: `examples/deno.ts runs the defaults on a device no profile knows${reason}`,
  ignore: !opened,
  fn: () =>
    inFolder(async (folder) => {
      const cases = await fewCases(folder);
      const { record } = opened!;
      const strange = record.vendor === SAMPLE_DEVICE.vendor
        ? { ...SAMPLE_DEVICE, vendor: "none" }
        : SAMPLE_DEVICE;
      await writeBundle(`${folder}/bundle`, strange, cases.map(({ winner }) => winner));
      for (const test of cases) assertRight(await run(`${folder}/bundle`, test), test, PORTABLE);
    }),
});

Deno.test({
  name: `the program in a bundle's README.md runs as it stands${reason}`,
  ignore: !opened,
  fn: () =>
    inFolder(async (folder) => {
      const [{ winner }] = (await fewCases(folder)).filter(({ winner }) => winner.family === "kda_decode");
      await writeBundle(folder, opened!.record, [winner]);
      const readme = await Deno.readTextFile(`${folder}/README.md`);
      const [, program] = readme.match(/```js\n([^]*?)```/)!;
      const listen =
        "const faults = [];\ndevice.onuncapturederror = ({ error }) => faults.push(error.message);\n";
      const report = "await device.queue.onSubmittedWorkDone();\n" +
        "console.log(JSON.stringify({ id, rung, faults }));\nDeno.exit();\n";
      const [before, after] = program.split(/^(?=const kernel)/m);
      await Deno.writeTextFile(`${folder}/readme.js`, before + listen + after + report);
      const said = await outputOf(Deno.execPath(), ["run", "-A", "readme.js"], folder);
      assertEquals(JSON.parse(said), { id: winner.variant, rung: "adapter", faults: [] });
    }),
});

Deno.test({
  name: `examples/deno.ts runs tensors stored in f16${half ? "" : " (needs an adapter with shader-f16)"}`,
  ignore: !half,
  fn: () =>
    inFolder(async (folder) => {
      const cases = [
        await halfCase(folder, "kda_prefill:chunkSize=16;prepareThreads=64;scanRows=2;unroll=false;io=f16", {
          T: 63,
        }),
        await halfCase(folder, "kda_decode:stateElem=f16;unroll=false", { N: 2 }),
        await halfCase(folder, "mla_prefill:io=f16;unroll=false", { T: 33, C: 75 }),
      ];
      await writeBundle(`${folder}/bundle`, opened!.record, cases.map(({ winner }) => winner));
      const { families } = JSON.parse(await Deno.readTextFile(`${folder}/bundle/manifest.json`));
      for (const test of cases) {
        const { family, variant } = test.winner;
        const { tolerance } = families[family].variants.find(({ id }: { id: string }) => id === variant);
        assertRight(await run(`${folder}/bundle`, test), test, { rung: "adapter", tolerance });
      }
    }),
});
