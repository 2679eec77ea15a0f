// Work: a formulation on matrix units says so, or its roofline would be that of f32 multiply-adds.
import { completeAxes } from "../../kernels/core/axes.ts";
import { SUBGROUP_MATRIX } from "../../kernels/core/pass.ts";
import { formulations, initialConfig } from "../../kernels/core/space.ts";
import { families } from "../../kernels/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { MATRIX_DEVICE } from "./devices.ts";

for (const family of families) {
  Deno.test(`${family.name}: its work is counted at the rate of the unit each formulation runs on`, () => {
    const axes = completeAxes(family, {});
    for (const formulation of formulations(family.space)) {
      const config = initialConfig(family.space, formulation);
      const { passes } = family.plan(axes, config, MATRIX_DEVICE);
      const onMatrixUnits = passes.some((pass) => pass.features.includes(SUBGROUP_MATRIX));
      const { unit, flops, bytes } = family.work(axes, config);
      assertEquals(unit, onMatrixUnits ? "matrix" : undefined, String(formulation));
      assert(flops > 0 && bytes > 0);
    }
  });
}
