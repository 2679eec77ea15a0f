import * as Plot from "@observablehq/plot";
import { type Curve, piecesOf, strokesOf } from "./curve.ts";
import { type Look, SYMBOLS } from "./look.ts";

/** Bands, lines and marks of a curve: measured ones filled, the others hollow, projected ones dashed. */
export function curveMarks(curve: Curve, all: readonly number[], look: Look): Plot.Markish[] {
  const { lengths = all } = curve;
  const colour = colourOf(curve, look);
  const xy = { x: "tokens", y: "value" } as const;
  const line = (dashed: boolean): Plot.LineOptions => ({
    ...xy,
    stroke: colour,
    strokeWidth: curve.isReference ? 1.25 : 2,
    ...(curve.isReference ? { strokeOpacity: 0.65 } : {}),
    ...(dashed ? { strokeDasharray: "5 4", strokeLinecap: "butt" as const } : {}),
  });
  const strokes = strokesOf(curve.points, lengths).map(({ points, dashed }) =>
    Plot.line(points, line(dashed))
  );
  const alone = piecesOf(curve.points, lengths).filter((piece) => piece.length === 1).flat();
  if (curve.isReference) {
    return alone.length > 0 ? [...strokes, Plot.dot(alone, { ...xy, fill: colour, r: 2 })] : strokes;
  }
  return [...bands(curve, lengths, colour), ...strokes, ...dots(curve, colour, look)];
}

/** The colour of its lines and words. */
export function colourOf({ series }: Curve, look: Look): string {
  return look.series[series % look.series.length];
}

/** Intervals: a band, or a bar at a point without neighbours. */
function bands({ points }: Curve, lengths: readonly number[], colour: string): Plot.Markish[] {
  const ends = { x: "tokens", y1: "low", y2: "high" } as const;
  return piecesOf(points, lengths).map((piece) =>
    piece.length > 1
      ? Plot.areaY(piece, { ...ends, fill: colour, fillOpacity: 0.16 })
      : Plot.ruleX(piece, { ...ends, stroke: colour, strokeWidth: 1.5 })
  );
}

function dots({ points, series }: Curve, colour: string, look: Look): Plot.Markish[] {
  const shape = { x: "tokens", y: "value", symbol: SYMBOLS[series % SYMBOLS.length], r: 3.6 } as const;
  const of = (how: string) => points.filter((p) => p.how === how);
  const hollow = { ...shape, stroke: colour, strokeWidth: 1.6, fill: look.paper };
  return [
    Plot.dot(of("measured"), { ...shape, fill: colour, stroke: colour, strokeWidth: 1.6 }),
    Plot.dot(of("integrated"), hollow),
    Plot.dot(of("projected"), { ...hollow, strokeDasharray: "2 1.6" }),
  ].filter((_, i) => of(["measured", "integrated", "projected"][i]).length > 0);
}
