import { byteLength, piecesOf, quoted } from "../../exporters/c/literals.ts";
import { c } from "../../exporters/c/mod.ts";
import type { ExportFile } from "../../exporters/exporter.ts";
import { assert, assertEquals } from "../assert.ts";
import { matchGolden } from "./match_golden.ts";
import { wideRequest } from "./native/cases.ts";
import { checkLines } from "./native/check_lines.ts";
import { inFolder, isThere, outputOf } from "./native/compiler.ts";
import { cutTexts } from "./native/cut_texts.ts";
import { programC } from "./native/program_c.ts";
import { sampleRequest } from "./sample_request.ts";

const STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic"];
const small = () => sampleRequest(["kda_decode", "mla_prefill"]);
const textOf = (files: readonly ExportFile[], path: string) => files.find((file) => file.path === path)!.text;

/** A test that needs a compiler, ignored with that in its name where there is none. */
async function compilerTest(name: string, compiler: string, fn: () => Promise<void>) {
  const ignore = !await isThere(compiler);
  Deno.test({ name: ignore ? `${name} (no ${compiler} here)` : name, ignore, fn });
}

Deno.test("c writes one header and a README", async () => {
  await matchGolden("c", cutTexts(await c.files(small())));
});

await compilerTest("deltatune.h prints the numbers of the bundle's JavaScript", "cc", async () => {
  const request = wideRequest();
  const header = textOf(await c.files(request), "deltatune.h");
  await checkLines(
    request,
    (cases) =>
      inFolder({ "deltatune.h": header, "main.c": programC(cases) }, async (folder) => {
        await outputOf("cc", ["-std=c99", ...STRICT, "main.c", "-o", "main"], folder);
        return await outputOf(`${folder}/main`, [], folder);
      }),
  );
});

const MAIN = `#include "deltatune.h"
size_t other(void);
int main(void) {
  const dt_text *text = dt_kda_decode.variants[0].passes[0].text;
  char some[10];
  if (dt_write_text(text, 0, NULL, 0) != text->bytes) return 1;
  if (dt_write_text(text, 0, some, sizeof some) != text->bytes || strlen(some) != 9) return 2;
  return other() == DT_FAMILY_COUNT ? 0 : 3;
}
`;
const OTHER = '#include "deltatune.h"\nsize_t other(void);\nsize_t other(void) { return DT_FAMILY_COUNT; }\n';

await compilerTest("deltatune.h alone and in two files is C99 without a warning", "cc", async () => {
  const header = textOf(await c.files(small()), "deltatune.h");
  await inFolder({ "deltatune.h": header, "main.c": MAIN, "other.c": OTHER }, async (folder) => {
    await outputOf("cc", ["-std=c99", ...STRICT, "-fsyntax-only", "-x", "c", "deltatune.h"], folder);
    await outputOf("cc", ["-std=c99", ...STRICT, "main.c", "other.c", "-o", "main"], folder);
    await outputOf(`${folder}/main`, [], folder);
  });
});

await compilerTest("deltatune.h in two files is C++11 and C++17 without a warning", "c++", async () => {
  const header = textOf(await c.files(small()), "deltatune.h");
  await inFolder({ "deltatune.h": header, "main.cc": MAIN, "other.cc": OTHER }, async (folder) => {
    for (const standard of ["-std=c++11", "-std=c++17"]) {
      await outputOf("c++", [standard, ...STRICT, "main.cc", "other.cc", "-o", "main"], folder);
      await outputOf(`${folder}/main`, [], folder);
    }
  });
});

await compilerTest("the README's host compiles against the words of webgpu.h", "cc", async () => {
  const files = await c.files(small());
  const [call, host] = [...textOf(files, "README.md").matchAll(/```c\n([^]*?)```/g)].map((match) => match[1]);
  const stub = await Deno.readTextFile(new URL("native/webgpu.h", import.meta.url));
  const main = `#include "webgpu.h"\n#include "deltatune.h"\n${host}
int fail(const char *what);
int run(dt_device own, call call);
int run(dt_device own, call call) {\n${call}  return 0;\n}\n`;
  await inFolder(
    { "deltatune.h": textOf(files, "deltatune.h"), "webgpu.h": stub, "main.c": main },
    (folder) => outputOf("cc", ["-std=c99", "-Wall", "-Werror", "-fsyntax-only", "main.c"], folder),
  );
});

Deno.test("literals are pieces of whole lines, under C99's limit, and the text again when joined", () => {
  const text = Array.from({ length: 900 }, (_, i) => `line ${i} of "?" and \\ and \u00fc\n`).join("") +
    "no end";
  const pieces = piecesOf(text);
  assertEquals(pieces.join(""), text);
  assert(pieces.length > 5);
  for (const piece of pieces) {
    assert(byteLength(piece) <= 4000 && (piece.endsWith("\n") || piece.endsWith("no end")));
  }
  assertEquals(quoted('a "b"\\??=\n\u00fc1'), '"a \\"b\\"\\\\\\?\\?=\\n\\303\\2741"');
});
