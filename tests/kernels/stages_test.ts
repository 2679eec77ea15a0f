// Marked stages of a pass: read, cut out of rolled and unrolled text, and offered beside the original.
import type { Plan } from "../../kernels/core/family.ts";
import { definePass } from "../../kernels/core/pass.ts";
import { stagesOf, withAblations, withoutStage } from "../../kernels/core/stages.ts";
import { PORTABLE_DEVICE } from "../../cli/portable_device.ts";
import { assertEquals, assertThrows } from "../assert.ts";

const CODE = `@compute @workgroup_size(4) fn main() {
  var x = 0u;
  // @stage gates
  x += 1u;
  // @end
  // @unroll
  for (var i = 0u; i < 2u; i++) {
    // @stage inverse
    x += i;
    // @end
  }
  // @stage gates
  x += 2u;
  // @end
  out[0] = x;
}
`;

function planOf(unroll: boolean): Plan {
  const pass = (label: string) =>
    definePass(PORTABLE_DEVICE, {
      label,
      code: CODE,
      unroll,
      params: [],
      buffers: ["*out"],
      workgroups: [1, 1, 1],
    });
  const buffers = [{ name: "out", dtype: "u32", length: 1, role: "output", to: "out" }] as const;
  return { id: "toy", buffers, passes: [pass("scan"), pass("scan")], tolerance: 0 };
}

Deno.test("stagesOf() names each stage once, in order of its first mark", () => {
  assertEquals(stagesOf(CODE), ["gates", "inverse"]);
  assertEquals(stagesOf("fn main() {}"), []);
});

Deno.test("withoutStage() cuts every block of one stage and nothing else", () => {
  const cut = withoutStage(CODE, "gates");
  assertEquals(stagesOf(cut), ["inverse"]);
  assertEquals([cut.includes("+= 1u"), cut.includes("+= 2u"), cut.includes("+= i")], [false, false, true]);
  assertEquals(withoutStage(CODE, "none"), CODE);
});

for (const unroll of [false, true]) {
  Deno.test(`withAblations() offers each pass without each stage, ${unroll ? "unrolled" : "rolled"}`, () => {
    const original = planOf(unroll);
    const { plan, ablations } = withAblations(original);
    assertEquals(ablations, [
      { label: "scan", stage: "gates", without: "scan without gates" },
      { label: "scan", stage: "inverse", without: "scan without inverse" },
    ]);
    assertEquals(plan.passes.slice(0, 2), original.passes);
    assertEquals(plan.passes.slice(2).map((pass) => pass.label), [
      ...["scan without gates", "scan without inverse"],
      ...["scan without gates", "scan without inverse"],
    ]);
    assertEquals(plan.passes[3].code.includes("+= i"), false);
    assertEquals(plan.passes[2].code.match(/\+= i/g)!.length, unroll ? 2 : 1);
  });
}

Deno.test("stagesOf() throws where a mark has no partner, naming the stage", () => {
  assertThrows(() => stagesOf("// @stage a\n"), SyntaxError, "Cannot mark stage a: it has no // @end");
  assertThrows(() => stagesOf("// @end\n"), SyntaxError, "Cannot end a stage: none has begun");
  assertThrows(
    () => stagesOf("// @stage a\n// @stage b\n// @end\n"),
    SyntaxError,
    "Cannot mark stage b: it begins inside a",
  );
});
