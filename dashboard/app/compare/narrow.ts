import type { Comparison } from "../../../compare/comparison.ts";
import type { Choice } from "./choice.ts";

/**
 * The part of a comparison that was chosen: its models in the order chosen, its lengths. Formulations have lengths of
 * their own; those of kernels that no chosen model runs go. Undefined where it has none of the models.
 */
export function narrowed(
  comparison: Comparison,
  { models: names, from, to }: Pick<Choice, "models" | "from" | "to">,
): Comparison | undefined {
  const models = names.flatMap((name) => comparison.models.find((m) => m.name === name) ?? []);
  if (models.length === 0) return undefined;
  const kinds = new Set<string>(models.flatMap(({ layers }) => layers.map(({ mixer }) => mixer.kind)));
  const isChosen = ({ model, tokens }: { readonly model: string; readonly tokens: number }) =>
    names.includes(model) && tokens >= from && tokens <= to;
  return {
    ...comparison,
    models,
    points: comparison.points.filter(isChosen),
    missing: comparison.missing.filter(isChosen),
    memory: comparison.memory.filter(isChosen),
    formulations: comparison.formulations.filter(({ family }) => kinds.has(family.split("_")[0])),
  };
}
