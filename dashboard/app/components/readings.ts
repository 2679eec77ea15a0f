import type { Figure } from "../../../compare/figure.ts";

/** A curve at one length: its name, colour, value, interval (empty where there is none), and how it was come by. */
export type Reading = readonly [label: string, series: number, value: string, interval: string, how: string];

/** What a figure's curves say at a length; a curve without a point there is left out. */
export function readingsAt({ drawn }: Figure, tokens: number): Reading[] {
  if (!drawn) return [];
  const { curves, format, how } = drawn;
  return curves.flatMap(({ label, series, points, isReference }): Reading[] => {
    const point = points.find((p) => p.tokens === tokens);
    if (!point) return [];
    const { value, low, high } = point;
    return [[
      label,
      series % 6 + 1,
      `${point.how === "projected" ? "~" : ""}${format(value)}`,
      high > low ? `${format(low)} to ${format(high)}` : "",
      isReference ? "read off the paper" : how ?? point.how,
    ]];
  });
}
