// Every pair of tunable values, on a desktop GPU's limits, is WGSL that naga parses and validates. No adapter is needed,
// so this also covers what the adapter of tests/gpu is too small for.
import { canRun } from "../../kernels/core/fit.ts";
import type { Axes } from "../../kernels/core/family.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { families } from "../../kernels/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { DESKTOP_DEVICE } from "./devices.ts";
import { pairwise } from "./pairwise.ts";
import { shapesOf } from "./shapes.ts";
import { wgslRefusal } from "./wgsl_refusal.ts";

Deno.test("naga-wasm refuses what is no WGSL and what does not type-check", () => {
  assert(wgslRefusal("fn main( {"));
  assert(wgslRefusal("@compute @workgroup_size(1) fn main() { let x: u32 = 1.5; }"));
  assertEquals(
    wgslRefusal("enable f16;\n@compute @workgroup_size(1) fn main() { let x = 1.0h; }"),
    undefined,
  );
});

for (const family of families) {
  const shapes = shapesOf(family);
  const cover = (axes: Axes) =>
    pairwise(family.space, (config) => canRun(family, axes, config, DESKTOP_DEVICE)).configs;

  Deno.test(`${family.name}: every pair of tunable values is valid WGSL`, () => {
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const axes of shapes) {
      for (const config of cover(axes)) {
        for (const { code, label } of family.plan(axes, config, DESKTOP_DEVICE).passes) {
          if (seen.has(code)) continue;
          seen.add(code);
          const why = wgslRefusal(code);
          if (why) wrong.push(`${formatVariant(family.name, config)} ${label}: ${why}`);
        }
      }
    }
    assertEquals(wrong, []);
  });

  Deno.test(`${family.name}: tint gets the same text with its subgroups named`, () => {
    const axes = shapes[0];
    for (const config of cover(axes)) {
      const naga = family.plan(axes, config, DESKTOP_DEVICE);
      const tint = family.plan(axes, config, { ...DESKTOP_DEVICE, engine: "tint" });
      naga.passes.forEach((pass, i) => {
        assert(!pass.code.includes("enable subgroups;"), naga.id);
        const subgroups = "enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n";
        assertEquals(tint.passes[i].code.replace(subgroups, ""), pass.code);
        assertEquals(tint.passes[i].code.includes(subgroups), pass.features.includes("subgroups"));
        assertEquals(pass.code.includes("enable f16;"), pass.features.includes("shader-f16"));
      });
    }
  });
}
