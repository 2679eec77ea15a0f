// Stages marked in any family's passes: every mark has its partner, and what is left without a stage is valid WGSL.
import { canRun } from "../../kernels/core/fit.ts";
import { completeAxes } from "../../kernels/core/axes.ts";
import { SUBGROUP_MATRIX } from "../../kernels/core/pass.ts";
import { formulations, initialConfig } from "../../kernels/core/space.ts";
import { withAblations } from "../../kernels/core/stages.ts";
import { families } from "../../kernels/mod.ts";
import { assertEquals } from "../assert.ts";
import { DESKTOP_DEVICE, MATRIX_DEVICE } from "./devices.ts";
import { wgslRefusal } from "./wgsl_refusal.ts";

for (const family of families) {
  Deno.test(`${family.name}: its passes are valid without any one of their stages`, () => {
    const axes = completeAxes(family, {});
    const wrong: string[] = [];
    for (const formulation of formulations(family.space)) {
      const config = initialConfig(family.space, formulation);
      const device = [DESKTOP_DEVICE, MATRIX_DEVICE].find((d) => canRun(family, axes, config, d))!;
      const { plan, ablations } = withAblations(family.plan(axes, config, device));
      for (const { without } of ablations) {
        const pass = plan.passes.find((p) => p.label === without)!;
        // naga knows no matrix units: there the marks are checked and the text is not.
        if (pass.features.includes(SUBGROUP_MATRIX)) continue;
        const refusal = wgslRefusal(pass.code.replace("enable subgroups;\n", ""));
        if (refusal) wrong.push(`${plan.id} ${without}: ${refusal}`);
      }
    }
    assertEquals(wrong, []);
  });
}
