import type { Comparison } from "./comparison.ts";
import type { Curve } from "./curve.ts";
import { curvePlotOptions } from "./curve_plot.ts";
import type { Figure } from "./figure.ts";
import { altText, onDevice } from "./figure_words.ts";
import { logDomain, powerTicks } from "./log_axis.ts";
import { totalBytes } from "./memory.ts";
import { formatBytes, formatByteTick } from "./quantities.ts";

/** What one sequence keeps against its context. */
export function memoryFigure(comparison: Comparison): Figure {
  const { models, memory, memoryBytes } = comparison;
  const curves: Curve[] = models.map(({ name }, series) => ({
    label: name,
    series,
    points: memory.filter((row) => row.model === name).sort((a, b) => a.tokens - b.tokens).map((row) => {
      const value = totalBytes(row);
      return { tokens: row.tokens, value, low: value, high: value, how: "measured" as const };
    }),
  })).filter((curve) => curve.points.length > 0);
  const levels = memoryBytes === undefined
    ? []
    : [{ value: memoryBytes, label: `all memory of the device, ${formatBytes(memoryBytes)}` }];
  const domain = logDomain(curves, levels.map((level) => level.value));
  const title = `Memory of one sequence ${onDevice(comparison)}`;
  const plot = {
    curves,
    lengths: [...new Set(memory.map((row) => row.tokens))].sort((a, b) => a - b),
    xLabel: "Context, tokens",
    yLabel: "Cache, states and conv inputs",
    domain,
    ticks: powerTicks(domain),
    format: formatBytes,
    tickFormat: formatByteTick,
    crossings: [],
    levels,
  };
  return {
    name: "memory",
    title,
    subtitle: "Caches and conv inputs in 16 bits, recurrent states in 32; weights and scratch not counted.",
    notes: ["Counted from the models' sizes, not measured."],
    alt: altText(title, curves, formatBytes),
    options: (look, width) => curvePlotOptions(plot, look, width),
    drawn: { ...plot, how: "counted from sizes" },
  };
}
