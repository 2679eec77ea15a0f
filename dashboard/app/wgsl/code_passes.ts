import type { AnyFamily, Axes, Capabilities } from "../../../kernels/core/family.ts";
import { fit } from "../../../kernels/core/fit.ts";
import type { Config } from "../../../kernels/core/space.ts";
import { formatVariant, parseConfig, splitVariant } from "../../../kernels/core/variant_id.ts";

/** One text a variant runs. */
export interface CodePass {
  readonly label: string;
  readonly code: string;
  readonly dispatches: number;
}

/** What a variant id comes to on a device. */
export type VariantCode =
  | {
    readonly kind: "passes";
    /** With every tunable named. */
    readonly id: string;
    readonly passes: readonly CodePass[];
    /** Why it can't run there all the same. */
    readonly refusal?: string;
  }
  /** There is no such variant, or it has no plan at these sizes: the sentence. */
  | { readonly kind: "none"; readonly reason: string };

/** The texts of a variant at these sizes. An id is only ever read, piece by piece: text of a profile is never run. */
export function codeOf(family: AnyFamily, id: string, axes: Axes, device: Capabilities): VariantCode {
  try {
    const config = configOf(family, id);
    const plan = family.plan(axes, config, device);
    const byText = Map.groupBy(plan.passes, ({ label, code }) => `${label}\n${code}`);
    return {
      kind: "passes",
      id: formatVariant(family.name, config),
      passes: [...byText.values()].map((passes) => ({
        label: passes[0].label,
        code: passes[0].code.trimEnd(),
        dispatches: passes.length,
      })),
      refusal: refused(() => fit(plan, device)),
    };
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) {
      return { kind: "none", reason: error.message };
    }
    throw error;
  }
}

function configOf(family: AnyFamily, id: string): Config {
  const { family: name, assignments } = splitVariant(id);
  if (name !== family.name) {
    throw new RangeError(`Cannot show "${id}": it is a variant of ${name}, and this is ${family.name}`);
  }
  return parseConfig(family.name, family.space, assignments);
}

function refused(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
