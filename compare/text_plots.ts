import { largest, pointsOf } from "./answers.ts";
import type { Comparison, Point } from "./comparison.ts";
import { batchedLengthsOf, lengthsOf } from "./lengths.ts";
import { decadeTicks } from "./log_axis.ts";
import { formatTime, formatTokens, withoutZeros } from "./quantities.ts";
import { type TextCurve, textPlot } from "./text_plot.ts";

/** The times of a comparison as plots for a terminal: prefill, decode, decode with as many sequences as fit. */
export function textPlots(comparison: Comparison, ascii = false): string[][] {
  const plots: [string, readonly number[], (model: string) => readonly Point[], (point: Point) => number][] =
    [
      [
        "Prefill, time of one prompt",
        lengthsOf(comparison, "prefill"),
        (model) => pointsOf(comparison, model, "prefill", 1),
        (p) => p.us,
      ],
      [
        "Decode at batch 1, time per token",
        lengthsOf(comparison, "decode"),
        (model) => pointsOf(comparison, model, "decode", 1),
        (p) => p.us,
      ],
      [
        "Decode with as many sequences as fit, time per token",
        batchedLengthsOf(comparison),
        (model) => largest(comparison, model),
        (p) => p.us / p.batch,
      ],
    ];
  return plots.flatMap(([title, places, of, usOf]) => {
    const curves = comparison.models.map(({ name }): TextCurve => ({
      label: name,
      points: of(name).map((p) => ({ x: p.tokens, y: usOf(p), hollow: p.how !== "measured" })),
    }));
    const points = curves.flatMap((curve) => curve.points);
    if (points.length === 0) return [];
    const ys = points.map((p) => p.y);
    const lines = textPlot(curves, {
      ascii,
      places,
      formatX: formatTokens,
      formatY: (us) => withoutZeros(formatTime(us)),
      ticks: decadeTicks([Math.min(...ys), Math.max(...ys)]),
    });
    const unsure = points.some((p) => p.hollow)
      ? [`${ascii ? "Small letters" : "Hollow marks"}: integrated or projected, not measured.`]
      : [];
    return [[title, ...lines, ...unsure]];
  });
}
