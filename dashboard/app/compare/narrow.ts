import type { Comparison } from "../../../compare/comparison.ts";
import type { Choice } from "./choice.ts";

/**
 * The part of a comparison that was chosen: its models in the order chosen, its lengths. Formulations have lengths of
 * their own and stay. Undefined where it has none of the models.
 */
export function narrowed(
  comparison: Comparison,
  { models: names, from, to }: Pick<Choice, "models" | "from" | "to">,
): Comparison | undefined {
  const models = names.flatMap((name) => comparison.models.find((m) => m.name === name) ?? []);
  if (models.length === 0) return undefined;
  const isChosen = ({ model, tokens }: { readonly model: string; readonly tokens: number }) =>
    names.includes(model) && tokens >= from && tokens <= to;
  return {
    ...comparison,
    models,
    points: comparison.points.filter(isChosen),
    missing: comparison.missing.filter(isChosen),
    memory: comparison.memory.filter(isChosen),
  };
}
