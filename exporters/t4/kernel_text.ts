import type { Pass } from "../../kernels/core/family.ts";
import { fit } from "../../kernels/core/fit.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { capabilitiesOf } from "../../profiles/capabilities.ts";
import type { SearchSpace } from "./search_spaces.ts";

/**
 * The shaders of a space's default variant, or of one that passed where the default does not fit, one pass after the
 * other; identical ones once. Empty but for a line that says so where no variant can be planned.
 */
export function kernelText(space: SearchSpace): string {
  const { family, formulation, axes, values } = space;
  const held = Object.fromEntries(
    values.filter(([, all]) => all.length === 1).map(([name, [v]]) => [name, v]),
  );
  for (const [{ profile }, trials] of space.tried) {
    const passed = trials.filter(({ status }) => status === "passed").map(({ config }) => config);
    for (const config of [{ ...initialConfig(family.space, formulation), ...held }, ...passed]) {
      try {
        const device = capabilitiesOf(profile.device);
        const plan = fit(family.plan(axes, config, device), device);
        return [`// ${plan.id}`, ...plan.passes.filter(isFirstOfItsCode).map(passText)].join("\n\n");
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
  }
  return `// No variant of ${space.name} fits the devices it was tried on.\n`;
}

const isFirstOfItsCode = ({ code }: Pass, i: number, passes: readonly Pass[]) =>
  passes.findIndex((pass) => pass.code === code) === i;

const passText = ({ label, entryPoint, code }: Pass) =>
  `// pass ${label}, entry point ${entryPoint}\n${code}`;
