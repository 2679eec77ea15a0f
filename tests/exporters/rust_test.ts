import { rust } from "../../exporters/rust/mod.ts";
import { quoted, raw } from "../../exporters/rust/literals.ts";
import type { ExportFile } from "../../exporters/exporter.ts";
import { assertEquals } from "../assert.ts";
import { matchGolden } from "./match_golden.ts";
import { wideRequest } from "./native/cases.ts";
import { checkLines } from "./native/check_lines.ts";
import { inFolder, isThere, outputOf } from "./native/compiler.ts";
import { cutTexts } from "./native/cut_texts.ts";
import { programRust } from "./native/program_rust.ts";
import { sampleRequest } from "./sample_request.ts";

const ignore = !await isThere("rustc");
const named = (name: string) => ignore ? `${name} (no rustc here)` : name;
const small = () => sampleRequest(["kda_decode", "mla_prefill"]);
const moduleIn = (files: readonly ExportFile[]) =>
  files.find(({ path }) => path === "deltatune_kernels.rs")!.text;

Deno.test("rust writes one module and a README", async () => {
  await matchGolden("rust", cutTexts(await rust.files(small())));
});

Deno.test({
  name: named("deltatune_kernels.rs prints the numbers of the bundle's JavaScript"),
  ignore,
  async fn() {
    const request = wideRequest();
    const module = moduleIn(await rust.files(request));
    await checkLines(
      request,
      (cases) =>
        inFolder({ "deltatune_kernels.rs": module, "main.rs": programRust(cases) }, async (folder) => {
          await outputOf("rustc", ["--edition", "2021", "-D", "warnings", "main.rs", "-o", "main"], folder);
          return await outputOf(`${folder}/main`, [], folder);
        }),
    );
  },
});

Deno.test({
  name: named(
    "deltatune_kernels.rs is a crate of its own and a module of one without std, without a warning",
  ),
  ignore,
  async fn() {
    const module = moduleIn(await rust.files(small()));
    const lib = "#![no_std]\npub mod deltatune_kernels;\n";
    await inFolder({ "deltatune_kernels.rs": module, "lib.rs": lib }, async (folder) => {
      const strict = ["--crate-type", "lib", "-D", "warnings", "--emit=metadata"];
      await outputOf("rustc", [...strict, "deltatune_kernels.rs"], folder);
      for (const edition of ["2018", "2021", "2024"]) {
        await outputOf("rustc", [...strict, "--edition", edition, "lib.rs"], folder);
      }
    });
  },
});

Deno.test("raw() takes as many signs as the text needs", () => {
  assertEquals(raw('a "b" c'), 'r#"a "b" c"#');
  assertEquals(raw('say "#" and "##'), 'r###"say "#" and "##"###');
});

Deno.test("quoted() spells by its number what isn't printed or turns the text around, which rustc refuses", () => {
  assertEquals(quoted('a "b"\\\n\u00fc'), '"a \\"b\\"\\\\\\n\u00fc"');
  assertEquals(quoted("\0\r\u202e\u2028"), '"\\u{0}\\u{d}\\u{202e}\\u{2028}"');
});
