import { largest, pointsOf } from "../../../compare/answers.ts";
import type { Comparison } from "../../../compare/comparison.ts";
import type { Figure } from "../../../compare/figure.ts";
import { onDevice } from "../../../compare/figure_words.ts";
import { formulationFigures } from "../../../compare/formulation_figures.ts";
import { memoryFigure } from "../../../compare/memory_figure.ts";
import { paperCurves } from "../../../compare/paper_curves.ts";
import { ratioFigures } from "../../../compare/ratio_figures.ts";
import { batchedDecodeFigure, decodeFigure, prefillFigure } from "../../../compare/time_figures.ts";
import { acrossDevices, labelWords, modelOn, sideBySide } from "./side_by_side.ts";
import type { View } from "./view.ts";

/** The comparison whose curves and columns are shown: the device's own, or all devices side by side. */
export function shownComparison({ shown }: View): Comparison {
  return shown.length === 1 ? shown[0].comparison : sideBySide(shown);
}

/** Whether decode is shown at the largest batches: asked for, and there. */
export function isBatched({ choice, shown }: View): boolean {
  return choice.batch === "largest" &&
    shown.some(({ comparison: c }) => c.models.some((m) => largest(c, m.name).length > 0));
}

/** Every figure of a view, in a reader's order; names are fit for addresses and files. */
export function shownFigures(view: View): Figure[] {
  return figuresOf(view).map((figure) => ({ ...figure, name: figure.name.replaceAll(/[^\w.-]+/g, "_") }));
}

function figuresOf(view: View): Figure[] {
  const { shown, choice } = view;
  if (shown.length === 1) {
    const { comparison } = shown[0];
    return [
      ...ratioFigures(comparison, choice.paper !== "none"),
      ...timeFigures(view, comparison),
      ...memory(comparison),
      ...formulationFigures(comparison),
    ];
  }
  const merged = sideBySide(shown);
  const words = labelWords(shown);
  const said = (figure: Figure): Figure => ({ ...figure, notes: [words, ...figure.notes] });
  return [
    ...choice.models.flatMap((model) => {
      const across = acrossDevices(shown, model);
      return across ? ratioFigures(across, false).map((figure) => said(untitled(figure, across))) : [];
    }),
    ...timeFigures(view, merged).map((figure) => said(untitled(figure, merged))),
    ...shown.flatMap(({ device, label, comparison }) =>
      ratioFigures(comparison, choice.paper !== "none").map((figure) => {
        const bare = untitled(figure, comparison);
        return said({ ...bare, name: `${figure.name}_${device.slug}`, title: modelOn(bare.title, label) });
      })
    ),
    ...memory(shown[0].comparison).map((figure) => untitled(figure, shown[0].comparison)),
  ];
}

/** A figure whose title leaves the device out, where something else says it. */
export function untitled(figure: Figure, comparison: Comparison): Figure {
  const end = ` ${onDevice(comparison)}`;
  return { ...figure, title: figure.title.replace(end, ""), alt: figure.alt.replace(end, "") };
}

function timeFigures(view: View, comparison: Comparison): Figure[] {
  const { choice, shown } = view;
  const some = (phase: "prefill" | "decode") =>
    comparison.models.some((m) => pointsOf(comparison, m.name, phase, 1).length > 0);
  // A model's devices stand in a row, so its first curve is this far on.
  const named = choice.models.map((name) => ({
    name,
    series: comparison.models.findIndex((m) =>
      shown.some(({ label }) => m.name === (shown.length === 1 ? name : modelOn(name, label)))
    ),
  })).filter(({ series }) => series >= 0);
  const paper = (figure: string) =>
    choice.paper === "all" ? paperCurves(figure, named, [choice.from, choice.to]) : [];
  return [
    ...(some("prefill") ? [prefillFigure(comparison, paper("7a"))] : []),
    ...(isBatched(view)
      ? [batchedDecodeFigure(comparison, paper("1b"))]
      : some("decode")
      ? [decodeFigure(comparison, paper("7b"))]
      : []),
  ];
}

function memory(comparison: Comparison): Figure[] {
  return comparison.memory.length > 0 ? [memoryFigure(comparison)] : [];
}
