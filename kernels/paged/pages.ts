import type { Axes } from "../core/family.ts";

/** Cached rows per page. */
export const PAGE_ROWS = 64;

/** Entries of a sequence's block table row: pages for S tokens. */
export function tableWidth({ S }: Axes): number {
  return Math.ceil(S / PAGE_ROWS);
}

/** Pages in the pool: P, or as many as all sequences may use where P is 0. */
export function poolPages(axes: Axes): number {
  return axes.P > 0 ? axes.P : axes.N * tableWidth(axes);
}
