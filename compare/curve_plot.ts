import * as Plot from "@observablehq/plot";
import type { Curve } from "./curve.ts";
import { colourOf, curveMarks } from "./curve_marks.ts";
import { labelledLengths, spread } from "./log_axis.ts";
import type { Look } from "./look.ts";
import { formatTokens } from "./quantities.ts";

/** Curves over lengths, on log axes. */
export interface CurvePlot {
  readonly curves: readonly Curve[];
  /** Lengths asked for: ticks, and where a curve has a gap. */
  readonly lengths: readonly number[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  /** Where ticks are shorter than values. */
  readonly tickFormat?: (value: number) => string;
  /** Vertical lines, where curves cross. */
  readonly crossings: readonly { readonly tokens: number; readonly label: string }[];
  /** Horizontal lines, such as the memory of the device. */
  readonly levels?: readonly { readonly value: number; readonly label?: string }[];
}

const HEIGHT = 400, TOP = 30, BOTTOM = 48, LEFT = 62, LINE = 15;

/** Plot's options for them; labels stand at the curves' ends. */
export function curvePlotOptions(plot: CurvePlot, look: Look, width = 760): Plot.PlotOptions {
  const { curves, lengths, xLabel, yLabel, domain, ticks, format, tickFormat = format } = plot;
  const labels = curves.map((curve) => `${shortened(curve.label)}: ${endValue(curve, plot)}`);
  const marginRight = 20 + Math.max(...labels.map((label) => label.length)) * 6.3;
  return {
    width,
    height: HEIGHT,
    marginTop: TOP,
    marginBottom: BOTTOM,
    marginLeft: LEFT,
    marginRight,
    style: { fontSize: "12px", color: look.ink, background: "none" },
    x: { type: "log", base: 2, domain: [lengths[0] / 1.12, lengths.at(-1)! * 1.12], label: null },
    y: { type: "log", domain: [...domain], label: null },
    marks: [
      Plot.gridY(ticks, { stroke: look.faint, strokeOpacity: 1 }),
      // As text: a log scale's own format leaves out all but round powers.
      Plot.axisY(ticks, {
        text: (tick: number) => tickFormat(tick),
        tickSize: 0,
        fill: look.muted,
        label: null,
      }),
      Plot.axisX(labelledLengths(lengths, width - LEFT - marginRight), {
        text: formatTokens,
        tickSize: 4,
        fill: look.muted,
        stroke: look.muted,
        label: null,
      }),
      Plot.ruleY([domain[0]], { stroke: look.muted }),
      axisWords(yLabel, look, { frameAnchor: "top-left", textAnchor: "start", dx: -LEFT, dy: -22 }),
      axisWords(xLabel, look, { frameAnchor: "bottom", dy: 40 }),
      ...levelMarks(plot, look),
      ...crossingMarks(plot, look),
      // The first curve is the one asked about: it lies above the others.
      ...curves.toReversed().flatMap((curve) => curveMarks(curve, lengths, look)),
      ...endLabels(curves, labels, domain, look),
    ],
  };
}

function axisWords(words: string, look: Look, options: Plot.TextOptions): Plot.Markish {
  return Plot.text([words], { ...options, fill: look.muted });
}

/** A name of any length would leave the plot no room. */
function shortened(label: string): string {
  return label.length <= 28 ? label : `${label.slice(0, 27)}…`;
}

/** The last value; with a tilde where it was projected, with its length where others go on. */
function endValue({ points }: Curve, { format, lengths }: CurvePlot): string {
  const last = points.at(-1)!;
  const at = last.tokens === lengths.at(-1) ? "" : ` at ${formatTokens(last.tokens)}`;
  return `${last.how === "projected" ? "~" : ""}${format(last.value)}${at}`;
}

function endLabels(
  curves: readonly Curve[],
  labels: readonly string[],
  [low, high]: readonly [number, number],
  look: Look,
): Plot.Markish[] {
  const tall = HEIGHT - TOP - BOTTOM;
  const heightOf = (value: number) => TOP + tall * (1 - Math.log(value / low) / Math.log(high / low));
  const ends = curves.map(({ points }) => heightOf(points.at(-1)!.value));
  const placed = spread(ends, LINE, TOP, HEIGHT - BOTTOM);
  return curves.map((curve, i) =>
    Plot.text([labels[i]], {
      frameAnchor: "top-right",
      lineAnchor: "middle",
      textAnchor: "start",
      dx: 8,
      dy: placed[i] - TOP,
      fill: colourOf(curve, look),
      fontWeight: curve.isReference ? "normal" : 600,
    })
  );
}

/** Rules with words at their tops, where rising curves leave room; each begins below the words of those left of it. */
function crossingMarks({ crossings }: CurvePlot, look: Look): Plot.Markish[] {
  return crossings.toSorted((a, b) => a.tokens - b.tokens).flatMap(({ tokens, label }, i) => [
    Plot.ruleX([tokens], { stroke: look.muted, strokeWidth: 0.75, insetTop: i * LINE }),
    Plot.text([label], {
      x: [tokens],
      frameAnchor: "top",
      textAnchor: "start",
      dx: 6,
      dy: 4 + i * LINE,
      fill: look.ink,
      stroke: look.paper,
      strokeWidth: 4,
    }),
  ]);
}

function levelMarks({ levels = [] }: CurvePlot, look: Look): Plot.Markish[] {
  return levels.flatMap(({ value, label }) => [
    Plot.ruleY([value], { stroke: look.muted, strokeWidth: 1 }),
    Plot.text(label ? [label] : [], {
      y: [value],
      frameAnchor: "left",
      textAnchor: "start",
      dx: 6,
      dy: -9,
      fill: look.muted,
    }),
  ]);
}
