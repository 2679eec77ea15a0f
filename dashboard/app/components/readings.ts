import type { Figure } from "../../../compare/figure.ts";

/** A curve at one length: its name, colour, value, interval (empty where its ends read alike), and how it was come by. */
export type Reading = readonly [label: string, series: number, value: string, interval: string, how: string];

/** What a figure's curves say at a length; a curve without a point there is left out. */
export function readingsAt({ drawn }: Figure, tokens: number): Reading[] {
  if (!drawn) return [];
  const { curves, format, how } = drawn;
  return curves.flatMap(({ label, series, points, isReference }): Reading[] => {
    const point = points.find((p) => p.tokens === tokens);
    if (!point) return [];
    const { value } = point;
    const [low, high] = [format(point.low), format(point.high)];
    return [[
      label,
      series % 6 + 1,
      `${point.how === "projected" ? "~" : ""}${format(value)}`,
      low === high ? "" : `${low} to ${high}`,
      isReference ? "read off the paper" : how ?? point.how,
    ]];
  });
}
