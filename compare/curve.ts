import type { Estimate, How } from "./comparison.ts";

/** A number at one length. */
export interface CurvePoint {
  readonly tokens: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly how: How;
}

/** Numbers of one model, formulation or question over lengths, shortest first. */
export interface Curve {
  readonly label: string;
  /** Which colour and shape it has. */
  readonly series: number;
  /** Curves of the paper are thin and have no marks. */
  readonly isReference?: boolean;
  /** Lengths it should have points at, where they are not the plot's: without one it has a gap there. */
  readonly lengths?: readonly number[];
  readonly points: readonly CurvePoint[];
}

/** A part of a curve whose ends are neighbours; dashed where one of them was projected. */
export interface Stroke {
  readonly dashed: boolean;
  readonly points: readonly CurvePoint[];
}

/** An estimate as a point; `per` divides its time, for tokens of a batch. */
export function curvePoint(tokens: number, estimate: Estimate, per = 1): CurvePoint {
  const { us, lowUs, highUs, how } = estimate;
  return { tokens, value: us / per, low: lowUs / per, high: highUs / per, how };
}

/** Cuts a curve where a length of `lengths` is missing, and where solid turns dashed. */
export function strokesOf(points: readonly CurvePoint[], lengths: readonly number[]): Stroke[] {
  const strokes: { dashed: boolean; points: CurvePoint[] }[] = [];
  points.slice(1).forEach((to, i) => {
    const from = points[i];
    if (lengths.some((tokens) => tokens > from.tokens && tokens < to.tokens)) return;
    const dashed = from.how === "projected" || to.how === "projected";
    const last = strokes.at(-1);
    if (last && last.dashed === dashed && last.points.at(-1) === from) last.points.push(to);
    else strokes.push({ dashed, points: [from, to] });
  });
  return strokes;
}

/** Pieces of a curve without a missing length, for its band. */
export function piecesOf(points: readonly CurvePoint[], lengths: readonly number[]): CurvePoint[][] {
  const pieces: CurvePoint[][] = [];
  points.forEach((to, i) => {
    const from = points[i - 1];
    const torn = !from || lengths.some((tokens) => tokens > from.tokens && tokens < to.tokens);
    if (torn) pieces.push([to]);
    else pieces.at(-1)!.push(to);
  });
  return pieces;
}
