import { type Answers, answersOf, largest, pointsOf } from "./answers.ts";
import type { Comparison, Point } from "./comparison.ts";
import { type Curve, curvePoint } from "./curve.ts";
import { curvePlotOptions } from "./curve_plot.ts";
import { scopeWords } from "./device_words.ts";
import type { Figure } from "./figure.ts";
import { altText, drawnNotes, onDevice } from "./figure_words.ts";
import { batchedLengthsOf, lengthsOf } from "./lengths.ts";
import { decadeTicks, logDomain } from "./log_axis.ts";
import { PAPER_NOTE } from "./paper.ts";
import { formatMicroseconds, formatRoughTokens, formatTick } from "./quantities.ts";

/** Seconds of one prompt against its length; `paper`: the paper's curves beside them. */
export function prefillFigure(comparison: Comparison, paper: readonly Curve[] = []): Figure {
  return timeFigure(comparison, {
    name: "prefill",
    what: "Prefill",
    yLabel: "Time of one prompt",
    xLabel: "Prompt length, tokens",
    lengths: lengthsOf(comparison, "prefill"),
    curves: curvesOf(comparison, (model) => pointsOf(comparison, model, "prefill", 1)),
    paper,
    crossings: crossingsOf(comparison, "prefill"),
  });
}

/** Time per output token of one sequence against its context. */
export function decodeFigure(comparison: Comparison, paper: readonly Curve[] = []): Figure {
  return timeFigure(comparison, {
    name: "decode",
    what: "Decode at batch 1",
    yLabel: "Time per output token",
    xLabel: "Context, tokens",
    lengths: lengthsOf(comparison, "decode"),
    curves: curvesOf(comparison, (model) => pointsOf(comparison, model, "decode", 1)),
    paper,
    crossings: crossingsOf(comparison, "decode"),
  });
}

/** Time per output token where as many sequences run as fit. */
export function batchedDecodeFigure(comparison: Comparison, paper: readonly Curve[] = []): Figure {
  const figure = timeFigure(comparison, {
    name: "decode_batched",
    what: "Decode with as many sequences as fit",
    yLabel: "Time of a step over its sequences",
    xLabel: "Context of each sequence, tokens",
    lengths: batchedLengthsOf(comparison),
    curves: curvesOf(comparison, (model) => largest(comparison, model), (p) => p.batch),
    paper,
    crossings: [],
  });
  const batches = comparison.models.flatMap(({ name }) => {
    const last = largest(comparison, name).at(-1);
    return last ? [`${name} ${last.batch} at ${formatRoughTokens(last.tokens)}`] : [];
  });
  return { ...figure, notes: [...figure.notes, `Sequences at the longest length: ${batches.join(", ")}.`] };
}

interface TimeFigure {
  readonly name: string;
  readonly what: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lengths: readonly number[];
  readonly curves: readonly Curve[];
  readonly paper: readonly Curve[];
  readonly crossings: readonly { tokens: number; label: string }[];
}

function timeFigure(
  comparison: Comparison,
  { name, what, curves: ours, paper, ...words }: TimeFigure,
): Figure {
  const curves = [...ours, ...paper];
  const title = `${what} ${onDevice(comparison)}`;
  const format = formatMicroseconds;
  const domain = logDomain(curves);
  const plot = {
    ...words,
    curves,
    domain,
    ticks: decadeTicks(domain),
    format,
    tickFormat: formatTick,
  };
  return {
    name,
    title,
    subtitle: `${scopeWords(comparison)}.`,
    notes: [
      ...drawnNotes(curves),
      ...(paper.length > 0 ? [`${PAPER_NOTE} Compare slopes, not heights.`] : []),
    ],
    alt: altText(title, curves, format),
    options: (look, width) => curvePlotOptions(plot, look, width),
    drawn: plot,
  };
}

/** A curve a model that has points; its colour is its place in the comparison. */
function curvesOf(
  { models }: Comparison,
  of: (model: string) => readonly Point[],
  per: (p: Point) => number = () => 1,
): Curve[] {
  return models.map(({ name }, series) => ({
    label: name,
    series,
    points: of(name).map((p) => curvePoint(p.tokens, p, per(p))),
  })).filter((curve) => curve.points.length > 0);
}

function crossingsOf(comparison: Comparison, phase: keyof Answers["crossovers"]) {
  return answersOf(comparison).flatMap(({ model, against, crossovers }) => {
    const at = crossovers[phase];
    if (at.kind !== "at") return [];
    const label = `${model} below ${against} from ${formatRoughTokens(at.tokens)} on`;
    return [{ tokens: at.tokens, label }];
  });
}
