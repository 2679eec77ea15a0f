import { assertEquals, assertThrows } from "../assert.ts";
import { evaluate } from "../../kernels/core/const_expression.ts";
import { workgroupBytes, workgroupSize } from "../../kernels/core/workgroup_memory.ts";

Deno.test("evaluate() follows WGSL precedence and truncating division", () => {
  const constants = new Map([["n", 7]]);
  assertEquals(evaluate("1u + n * 2u", constants), 15);
  assertEquals(evaluate("(n + 1u) / 3u", constants), 2);
  assertEquals(evaluate("n % 4u - 1", constants), 2);
  assertEquals(evaluate("n +", constants), undefined);
  assertEquals(evaluate("m", constants), undefined);
});

Deno.test("workgroupBytes() sizes aliases, vectors, nested arrays and atomics, each rounded up to 16", () => {
  const code = `const n: u32 = 3u;
const m: u32 = n * 2u;
alias Vec = vec4<f32>;
alias Half = f16;
var<workgroup> a: array<Vec, m>;
var<workgroup> b: array<array<Half, n>, 4u>;
var<workgroup> c: atomic<u32>;
var<workgroup> d: vec3<f32>;`;
  assertEquals(workgroupBytes(code), 96 + 32 + 16 + 16);
});

Deno.test("workgroupBytes() throws for a type it cannot size", () => {
  assertThrows(() => workgroupBytes("var<workgroup> a: array<Thing, 4u>;"), SyntaxError, "Thing");
});

Deno.test("workgroupSize() reads constants and refuses anything else", () => {
  assertEquals(workgroupSize("const t: u32 = 8u;\n@compute @workgroup_size(t * 4u, 2) fn main() {}"), [
    32,
    2,
    1,
  ]);
  assertThrows(() => workgroupSize("@compute @workgroup_size(t) fn main() {}"), SyntaxError, "not constant");
});
