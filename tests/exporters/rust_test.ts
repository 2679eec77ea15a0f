import { rust } from "../../exporters/rust/mod.ts";
import { checkLines } from "./native/check_lines.ts";
import { wideRequest } from "./native/cases.ts";
import { inFolder, isThere, outputOf } from "./native/compiler.ts";
import { programRust } from "./native/program_rust.ts";

const HAS_RUSTC = await isThere("rustc");
const STRICT = ["--edition", "2021", "-D", "warnings"];

Deno.test({
  name: `deltatune_kernels.rs prints the numbers of the bundle's JavaScript${
    HAS_RUSTC ? "" : " (no rustc here)"
  }`,
  ignore: !HAS_RUSTC,
  async fn() {
    const request = wideRequest();
    const module = (await rust.files(request)).find(({ path }) => path === "deltatune_kernels.rs")!.text;
    await checkLines(
      request,
      (cases) =>
        inFolder({ "deltatune_kernels.rs": module, "main.rs": programRust(cases) }, async (folder) => {
          await outputOf("rustc", [...STRICT, "main.rs", "-o", "main"], folder);
          return await outputOf(`${folder}/main`, [], folder);
        }),
    );
  },
});
