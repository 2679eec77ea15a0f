import type { Trial } from "../../../profiles/schema.ts";
import type { Standing } from "./standing.ts";

/** What one config keeps of one device's optimum. */
export type Cell =
  | TimedCell
  | { readonly kind: "failed"; readonly status: Trial["status"]; readonly reason: string }
  | { readonly kind: "untried" };

export interface TimedCell {
  readonly kind: "timed";
  /** The optimum's time by the config's: 1 is the optimum itself. */
  readonly share: number;
  /** What its 95 % interval leaves of it. */
  readonly lowShare: number;
  readonly highShare: number;
  readonly medianUs: number;
  /** It is the optimum, or its interval meets the optimum's. */
  readonly place: "best" | "tied" | "behind";
  /** Timed at low clocks: it may keep more than this. */
  readonly isBound: boolean;
}

/** What `variant` keeps of the optimum a device's `standing` is about. */
export function cellOf(variant: string, { winner, results }: Standing): Cell {
  const result = results.get(variant);
  if (!result) return { kind: "untried" };
  if (!result.timing) return { kind: "failed", status: result.status, reason: result.reason };
  const { medianUs, lowUs, highUs, lowClocks = false } = result.timing;
  const best = winner.timing.medianUs;
  return {
    kind: "timed",
    share: best / medianUs,
    lowShare: best / highUs,
    highShare: best / lowUs,
    medianUs,
    place: variant === winner.variant ? "best" : winner.tiedWith.includes(variant) ? "tied" : "behind",
    isBound: lowClocks,
  };
}

/** Geometric mean of shares: a config twice as slow here and twice as fast there stands where it stood. */
export interface Mean {
  readonly share: number;
  readonly lowShare: number;
  readonly highShare: number;
  /** How many cells it is over: those that were timed. */
  readonly count: number;
  /** The smallest share, and its place among the cells. */
  readonly least: { readonly share: number; readonly place: number };
}

/** The mean over the timed cells; undefined where there is none. */
export function meanOf(cells: readonly Cell[]): Mean | undefined {
  const timed = cells.filter((cell): cell is TimedCell => cell.kind === "timed");
  if (timed.length === 0) return undefined;
  const mean = (of: (cell: TimedCell) => number) =>
    Math.exp(timed.reduce((sum, cell) => sum + Math.log(of(cell)), 0) / timed.length);
  const least = timed.reduce((a, b) => b.share < a.share ? b : a);
  return {
    share: mean((cell) => cell.share),
    lowShare: mean((cell) => cell.lowShare),
    highShare: mean((cell) => cell.highShare),
    count: timed.length,
    least: { share: least.share, place: cells.indexOf(least) },
  };
}
