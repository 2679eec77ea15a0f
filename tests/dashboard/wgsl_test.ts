// WGSL of a variant as lines and pieces, and the difference of two.
import { completeAxes } from "../../kernels/core/axes.ts";
import { families, familyNamed } from "../../kernels/mod.ts";
import { codeOf } from "../../dashboard/app/wgsl/code_passes.ts";
import { foldedDiff } from "../../dashboard/app/wgsl/folded_diff.ts";
import { namedVariants } from "../../dashboard/app/wgsl/named_variants.ts";
import { wgslLines } from "../../dashboard/app/wgsl/wgsl_lines.ts";
import { PORTABLE_DEVICE, PORTABLE_MATRIX_DEVICE } from "../../cli/portable_device.ts";
import { assert, assertEquals } from "../assert.ts";

const prefill = familyNamed("kda_prefill");
const AXES = completeAxes(prefill, {});

for (const family of families) {
  Deno.test(`wgslLines() loses nothing of ${family.name}`, () => {
    for (const { id } of namedVariants(family, [])) {
      const code = codeOf(family, id, completeAxes(family, {}), PORTABLE_MATRIX_DEVICE);
      assert(code.kind === "passes", `${id}: ${JSON.stringify(code)}`);
      for (const pass of code.passes) {
        const text = wgslLines(pass.code).map((line) => line.map(({ text }) => text).join("")).join("\n");
        assert(text === pass.code, `${id} ${pass.label}`);
      }
    }
  });
}

Deno.test("wgslLines() names what pieces are, over the ends of lines too", () => {
  const [first, second] = wgslLines("const tile: u32 = 4u; /* two\nlines */");
  assertEquals(first[0], { text: "const", kind: "keyword" });
  assert(first.some(({ text, kind }) => text === "4u" && kind === "number"));
  assertEquals(second, [{ text: "lines */", kind: "comment" }]);
});

Deno.test("foldedDiff() folds what stays the same more than three lines from a change", () => {
  const a = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
  const diff = foldedDiff(a, a.with(9, "changed"))!;
  assertEquals([diff.removed, diff.added], [1, 1]);
  assertEquals(diff.runs.map(({ kind, lines }) => [kind, lines.length]), [["folded", 6], ["lines", 8], [
    "folded",
    7,
  ]]);
  assertEquals(diff.runs[1].lines.slice(3, 5), [{ kind: "removed", a: 10 }, { kind: "added", b: 10 }]);
  assertEquals(diff.runs[2].lines[0], { kind: "same", a: 14, b: 14 });
});

Deno.test("foldedDiff() folds no single line, and gives up on texts that share hardly any", () => {
  const a = ["1", "2", "3", "4", "5"];
  assertEquals(foldedDiff(a, ["1", "2", "3", "4", "x"])!.runs.map(({ kind }) => kind), ["lines", "lines"]);
  assertEquals(foldedDiff([], [])!.runs, []);
  const long = (mark: string) => Array.from({ length: 3000 }, (_, i) => `${mark} ${i}`);
  assertEquals(foldedDiff(long("a"), long("b")), undefined);
});

Deno.test("codeOf() answers an id that is none with a sentence", () => {
  const reason = (id: string) => {
    const code = codeOf(prefill, id, AXES, PORTABLE_DEVICE);
    return code.kind === "none" ? code.reason : "";
  };
  assert(/must look like/.test(reason("../../etc/passwd")), reason("../../etc/passwd"));
  assert(/Unknown tunable/.test(reason("kda_prefill:constructor=1")));
  assert(/Cannot set tileV/.test(reason("kda_prefill:tileV=<script>")));
  assert(/variant of mla_decode/.test(reason("mla_decode:")));
  assert(/must look like/.test(reason("")));
});

Deno.test("codeOf() shows a variant the device can't run, and says why it can't", () => {
  const code = codeOf(prefill, "kda_prefill:formulation=chunked;io=f16", AXES, {
    ...PORTABLE_DEVICE,
    features: [],
  });
  assert(code.kind === "passes" && /lacks/.test(code.refusal ?? ""), JSON.stringify(code).slice(0, 300));
});

Deno.test("namedVariants() names the default of every formulation once", () => {
  const ids = namedVariants(prefill, []).map(({ id }) => id);
  assertEquals(ids.length, prefill.space.tunables.formulation.values.length);
  assertEquals(new Set(ids).size, ids.length);
});
