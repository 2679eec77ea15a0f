// examples/deno.ts on the adapter Deno's own WebGPU opens, over every fixture: each through the winner of its bucket.
import { fileURLToPath } from "node:url";
import { initialConfig } from "../../../kernels/core/space.ts";
import { formatVariant } from "../../../kernels/core/variant_id.ts";
import { familyNamed } from "../../../kernels/mod.ts";
import { inFolder } from "../../cli/in_folder.ts";
import { missingFeatures, testDevice } from "../../gpu/open_test_device.ts";
import { SAMPLE_DEVICE } from "../sample_request.ts";
import { casesIn, type ConsumerCase } from "./cases.ts";
import { assertRight, EXAMPLES, runExample } from "./run_example.ts";
import { writeBundle } from "./write_bundle.ts";

const opened = await testDevice();
const run = (bundle: string, test: ConsumerCase) =>
  runExample(Deno.execPath(), ["run", "-A", fileURLToPath(new URL("deno.ts", EXAMPLES))], bundle, test);

Deno.test({
  name: `examples/deno.ts runs every fixture through its winner${opened ? "" : missingFeatures(opened)}`,
  ignore: !opened,
  fn: () =>
    inFolder(async (folder) => {
      const cases = await casesIn(folder);
      await writeBundle(`${folder}/bundle`, opened!.record, cases.map(({ winner }) => winner));
      for (const test of cases) assertRight(await run(`${folder}/bundle`, test), test, { rung: "adapter" });
    }),
});
