import { type Answers, answersOf, type Ratio } from "./answers.ts";
import type { Comparison } from "./comparison.ts";
import type { Curve, CurvePoint } from "./curve.ts";
import { curvePlotOptions } from "./curve_plot.ts";
import { scopeWords } from "./device_words.ts";
import type { Figure } from "./figure.ts";
import { altText, drawnNotes, onDevice } from "./figure_words.ts";
import { batchedLengthsOf, lengthsOf } from "./lengths.ts";
import { logDomain } from "./log_axis.ts";
import { PAPER_CURVES, PAPER_NOTE, PAPER_TOKENS, type PaperCurve } from "./paper.ts";
import { threeDigits } from "./quantities.ts";

/**
 * How many times faster the first model is than each other it has a common length with, and the paper's ratios unless
 * `withPaper` is false.
 */
export function ratioFigures(comparison: Comparison, withPaper = true): Figure[] {
  return answersOf(comparison).filter(({ ratios, batched }) => ratios.length + batched.length > 0)
    .map((answers) => ratioFigure(comparison, answers, withPaper));
}

function ratioFigure(comparison: Comparison, answers: Answers, withPaper: boolean): Figure {
  const { model, against, ratios, batched } = answers;
  const curveOf = (label: string, series: number, lengths: number[], of: readonly Ratio[]): Curve => ({
    label,
    series,
    lengths,
    points: of.map(pointOf),
  });
  const ours = [
    curveOf("prefill", 0, lengthsOf(comparison, "prefill"), ratios.filter((r) => r.phase === "prefill")),
    curveOf(
      "decode, batch 1",
      1,
      lengthsOf(comparison, "decode"),
      ratios.filter((r) => r.phase === "decode"),
    ),
    curveOf("decode, largest batches", 2, batchedLengthsOf(comparison), batched),
  ];
  const lengths = lengthsOf(comparison);
  const theirs = (withPaper ? PAPER_FIGURES : []).map(([figure, label], series): Curve => ({
    label,
    series,
    isReference: true,
    lengths: PAPER_TOKENS,
    points: paperRatios(figure, model, against).filter((p) =>
      p.tokens >= lengths[0] && p.tokens <= lengths.at(-1)!
    ),
  }));
  const curves = [...ours, ...theirs].filter((curve) => curve.points.length > 0);
  const domain = logDomain(curves, [0.5, 2]);
  const title = `${model} against ${against} ${onDevice(comparison)}`;
  const plot = {
    curves,
    lengths,
    xLabel: "Context, tokens",
    yLabel: `Times faster than ${against}`,
    domain,
    ticks: RATIOS.filter((ratio) => ratio >= domain[0] && ratio <= domain[1]),
    format: (ratio: number) => `${threeDigits(ratio)}×`,
    tickFormat: (ratio: number) => `${ratio}×`,
    crossings: [],
    levels: [{ value: 1 }],
  };
  const hasPaper = curves.some((curve) => curve.isReference);
  return {
    name: `ratio_${against}`,
    title,
    subtitle: `${scopeWords(comparison)}.`,
    notes: [
      ...drawnNotes(curves),
      ...(hasPaper ? [PAPER_NOTE] : []),
    ],
    alt: altText(title, curves, plot.format),
    options: (look, width) => curvePlotOptions(plot, look, width),
    drawn: plot,
  };
}

/** The paper's figures beside our curves, in their order. */
const PAPER_FIGURES = [
  ["7a", "paper's prefill"],
  ["7b", "paper's batch 1"],
  ["1b", "paper's batches"],
] as const;

const RATIOS = [1 / 64, 1 / 32, 1 / 16, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];

function pointOf({ tokens, ratio, low, high, how }: Ratio): CurvePoint {
  return { tokens, value: ratio, low, high, how };
}

/** The ratio of two of the paper's curves; empty where it has not both. */
function paperRatios(figure: string, model: string, against: string): CurvePoint[] {
  const of = (name: string): PaperCurve | undefined =>
    PAPER_CURVES.find((curve) => curve.figure === figure && curve.model === name);
  const [mine, theirs] = [of(model), of(against)];
  if (!mine || !theirs) return [];
  return PAPER_TOKENS.map((tokens, i) => {
    const value = theirs.us[i] / mine.us[i];
    return { tokens, value, low: value, high: value, how: "measured" };
  });
}
