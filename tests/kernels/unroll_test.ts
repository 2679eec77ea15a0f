import { assertEquals, assertThrows } from "../assert.ts";
import { keepRolled, unroll } from "../../kernels/core/unroll.ts";

const squash = (text: string) => text.replace(/\s+/g, " ").trim();

Deno.test("unroll() repeats a body with constant indices", () => {
  const code = "const n: u32 = 4u;\n// @unroll\nfor (var i = 0u; i < n / 2u; i++) {\n  a[i] = i;\n}\nend();";
  assertEquals(
    squash(unroll(code)),
    "const n: u32 = 4u; { const i = 0u; a[i] = i; } { const i = 1u; a[i] = i; } end();",
  );
});

Deno.test("unroll() expands inner loops whose bound is an outer index, and other steps", () => {
  const code =
    "// @unroll\nfor (var i = 0u; i < 4u; i += 2u) {\n// @unroll\nfor (var j = 0u; j < i; j++) { f(i, j); }\n}";
  assertEquals(
    squash(unroll(code)),
    "{ const i = 0u; } { const i = 2u; { const j = 0u; f(i, j); } { const j = 1u; f(i, j); } }",
  );
});

Deno.test("unroll() leaves loops without the mark alone, and keepRolled() drops the marks only", () => {
  const loop = "for (var i = 0u; i < 2u; i++) { f(i); }";
  assertEquals(unroll(loop), loop);
  assertEquals(keepRolled(`  // @unroll\n${loop}`), loop);
});

Deno.test("unroll() repeats a loop marked single only where it has one round", () => {
  const loop = (to: string) =>
    `for (var i = 0u; i < ${to}; i += 2u) {\n// @unroll\nfor (var j = 0u; j < 1u; j++) { f(i, j); }\n}`;
  assertEquals(
    squash(unroll(`// @unroll single\n${loop("2u")}`)),
    "{ const i = 0u; { const j = 0u; f(i, j); } }",
  );
  assertEquals(
    squash(unroll(`// @unroll single\n${loop("4u")}`)),
    "for (var i = 0u; i < 4u; i += 2u) { { const j = 0u; f(i, j); } }",
  );
});

Deno.test("unroll() throws for an open bound and for jumps out of the body", () => {
  assertThrows(
    () => unroll("// @unroll\nfor (var i = 0u; i < count; i++) { f(i); }"),
    SyntaxError,
    "not a constant",
  );
  for (const jump of ["break", "continue", "return"]) {
    assertThrows(() => unroll(`// @unroll\nfor (var i = 0u; i < 2u; i++) { ${jump}; }`), SyntaxError, jump);
  }
});
