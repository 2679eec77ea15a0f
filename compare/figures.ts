import type { Comparison } from "./comparison.ts";
import type { Figure } from "./figure.ts";
import { formulationFigures } from "./formulation_figures.ts";
import { memoryFigure } from "./memory_figure.ts";
import { ratioFigures } from "./ratio_figures.ts";
import { batchedDecodeFigure, decodeFigure, prefillFigure } from "./time_figures.ts";
import { largest, pointsOf } from "./answers.ts";

/** All figures of a comparison that have something to show, in the order of the report. */
export function figuresOf(comparison: Comparison): Figure[] {
  const { models, memory } = comparison;
  const some = (of: (model: string) => readonly unknown[]) => models.some(({ name }) => of(name).length > 0);
  const single = (phase: "prefill" | "decode") => some((model) => pointsOf(comparison, model, phase, 1));
  return [
    ...ratioFigures(comparison),
    ...(single("prefill") ? [prefillFigure(comparison)] : []),
    ...(single("decode") ? [decodeFigure(comparison)] : []),
    ...(some((model) => largest(comparison, model)) ? [batchedDecodeFigure(comparison)] : []),
    ...(memory.length > 0 ? [memoryFigure(comparison)] : []),
    ...formulationFigures(comparison),
  ];
}
