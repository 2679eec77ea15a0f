import { formulationCrossovers } from "./answers.ts";
import type { Comparison, FormulationPoint } from "./comparison.ts";
import { type Curve, curvePoint } from "./curve.ts";
import { curvePlotOptions } from "./curve_plot.ts";
import type { Figure } from "./figure.ts";
import { formulationLabel } from "./formulation_tables.ts";
import { altText, drawnNotes, onDevice } from "./figure_words.ts";
import { decadeTicks, logDomain } from "./log_axis.ts";
import { formatMicroseconds, formatRoughTokens, formatTick } from "./quantities.ts";

/** Time of one layer by the algorithm its kernel uses, a figure a family. */
export function formulationFigures(comparison: Comparison): Figure[] {
  const { formulations } = comparison;
  const families = [...new Set(formulations.map((p) => p.family))];
  return families.map((family) =>
    formulationFigure(comparison, family, formulations.filter((p) => p.family === family))
  );
}

function formulationFigure(
  comparison: Comparison,
  family: string,
  points: readonly FormulationPoint[],
): Figure {
  const curves: Curve[] = [...new Set(points.map((p) => p.formulation))].map((name, series) => ({
    label: formulationLabel(points, name),
    series,
    points: points.filter((p) => p.formulation === name).sort((a, b) => a.tokens - b.tokens)
      .map((p) => curvePoint(p.tokens, p)),
  }));
  const domain = logDomain(curves);
  const format = formatMicroseconds;
  const title = `Formulations of ${family} ${onDevice(comparison)}`;
  const plot = {
    curves,
    lengths: [...new Set(points.map((p) => p.tokens))].sort((a, b) => a - b),
    xLabel: "Tokens",
    yLabel: "Time of one layer",
    domain,
    ticks: decadeTicks(domain),
    format,
    tickFormat: formatTick,
    crossings: formulationCrossovers(points).flatMap(({ formulation, crossover }) =>
      crossover.kind === "at"
        ? [{
          tokens: crossover.tokens,
          label: `${formulation} below recurrent from ${formatRoughTokens(crossover.tokens)} on`,
        }]
        : []
    ),
  };
  return {
    name: `formulations_${family}`,
    title,
    subtitle: "The same result by several algorithms; the kernel's own inputs, one layer.",
    notes: drawnNotes(curves),
    alt: altText(title, curves, format),
    options: (look, width) => curvePlotOptions(plot, look, width),
    drawn: plot,
  };
}
