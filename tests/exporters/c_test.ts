import { bundleOf } from "../../exporters/wgsl/bundle.ts";
import { c } from "../../exporters/c/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { casesOf, wideRequest } from "./native/cases.ts";
import { inFolder, isThere, outputOf } from "./native/compiler.ts";
import { expectedLines } from "./native/expected.ts";
import { plannedLines } from "./native/planned.ts";
import { programC } from "./native/program_c.ts";

const HAS_CC = await isThere("cc");

Deno.test({
  name: `deltatune.h prints the numbers of the bundle's JavaScript${HAS_CC ? "" : " (no cc here)"}`,
  ignore: !HAS_CC,
  async fn() {
    const request = wideRequest();
    const { pinned, drawn } = casesOf(request, 60);
    const cases = [...pinned, ...drawn];
    const header = (await c.files(request)).find(({ path }) => path === "deltatune.h")!.text;
    const lines = await inFolder({ "deltatune.h": header, "main.c": programC(cases) }, async (folder) => {
      await outputOf(
        "cc",
        ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "main.c", "-o", "main"],
        folder,
      );
      return (await outputOf(`${folder}/main`, [], folder)).trimEnd().split("\n");
    });
    const expected = expectedLines(await bundleOf(request), cases);
    console.log(cases.length, lines.length, expected.filter((l) => l.endsWith("refused")).length);
    const at = expected.findIndex((line, i) => line !== lines[i]);
    assertEquals(lines[at], expected[at]);
    assertEquals(lines.length, expected.length);
    const planned = plannedLines(request);
    assert(planned.length > 0);
  },
});
