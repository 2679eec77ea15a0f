import { c } from "../../exporters/c/mod.ts";
import { checkLines } from "./native/check_lines.ts";
import { wideRequest } from "./native/cases.ts";
import { inFolder, isThere, outputOf } from "./native/compiler.ts";
import { programC } from "./native/program_c.ts";

const HAS_CC = await isThere("cc");
const STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic"];

Deno.test({
  name: `deltatune.h prints the numbers of the bundle's JavaScript${HAS_CC ? "" : " (no cc here)"}`,
  ignore: !HAS_CC,
  async fn() {
    const request = wideRequest();
    const header = (await c.files(request)).find(({ path }) => path === "deltatune.h")!.text;
    await checkLines(
      request,
      (cases) =>
        inFolder({ "deltatune.h": header, "main.c": programC(cases) }, async (folder) => {
          await outputOf("cc", ["-std=c99", ...STRICT, "main.c", "-o", "main"], folder);
          return await outputOf(`${folder}/main`, [], folder);
        }),
    );
  },
});
