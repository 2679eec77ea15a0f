// examples/node.mjs: Dawn in a Node process on the software adapter, a case of every family.
import { fileURLToPath } from "node:url";
import { GpuProcess } from "../../../cli/gpu_process.ts";
import { note } from "../../../cli/output.ts";
import { inFolder } from "../../cli/in_folder.ts";
import { SAMPLE_DEVICE } from "../sample_request.ts";
import { type ConsumerCase, fewCases } from "./cases.ts";
import { assertRight, EXAMPLES, PORTABLE, runExample } from "./run_example.ts";
import { writeBundle } from "./write_bundle.ts";

/** Why the example can't run here. */
async function missing(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return "needs Linux x86-64";
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
    const version = new TextDecoder().decode(stdout).trim();
    return Number(version.match(/^v(\d+)/)?.[1]) >= 20 ? undefined : `needs Node 20, there is ${version}`;
  } catch {
    return "needs Node on the PATH";
  }
}

const reason = await missing();

Deno.test({
  name:
    `examples/node.mjs runs a case of every family through its winner, on another device through the default${
      reason ? ` (${reason})` : ""
    }`,
  ignore: reason !== undefined,
  fn: () =>
    inFolder(async (folder) => {
      const { record, environment } = await softwareDawn();
      const cases = await fewCases(folder);
      await writeBundle(`${folder}/bundle`, record, cases.map(({ winner }) => winner));
      const script = fileURLToPath(new URL("node.mjs", EXAMPLES));
      const run = (bundle: string, test: ConsumerCase) =>
        runExample("node", [script], `${folder}/${bundle}`, test, environment);
      for (const test of cases) assertRight(await run("bundle", test), test, { rung: "adapter" });

      const strange = cases.find(({ winner }) => winner.family === "kda_decode")!;
      await writeBundle(`${folder}/strange`, SAMPLE_DEVICE, [strange.winner]);
      assertRight(await run("strange", strange), strange, PORTABLE);
    }),
});

async function softwareDawn() {
  const gpu = await GpuProcess.start({ software: true, backend: "dawn", onNotice: note });
  gpu.close();
  return gpu;
}
