import type { Axes, Limits } from "../core/family.ts";
import { evenly, slices } from "../core/parts.ts";
import type { MlaPrefillConfig } from "./space.ts";
import { ALIGNED, type Group, type Piece } from "./pieces.ts";

/** Queries and keys of one dispatch. Tokens count from the start of the sequence's queries, keys from the first cached. */
export interface Window {
  readonly queries: Piece;
  readonly first: number;
  readonly rows: number;
  readonly keyPiece: Piece;
  readonly firstKey: number;
  readonly keys: number;
  /** Whether the window's queries have met no key before, and whether they meet none after. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/**
 * Queries times heads below which a window is not cut further for the sake of short dispatches, for each GFLOP of a
 * dispatch: a device that is given 4096 GFLOP at a time is filled by 1024 blocks of 128, a slower one by fewer.
 */
export const ROWS_PER_GFLOP = 32;

/** Keys are cut no finer than this for the sake of short dispatches. */
export const LEAST_KEYS = 128;

/** Operations of one query and one key, in both products, in all heads. */
export function flopsPerPair({ H, K, V }: Axes): number {
  return 2 * H * (K + V);
}

/** Pairs of a query and a key it sees, in one sequence. */
export function pairs({ C, T }: Axes): number {
  return T * C + T * (T + 1) / 2;
}

/**
 * Cuts the queries of a group into windows, and each window's keys into ranges, so that no dispatch takes more than
 * `dispatchGflop`, none reaches over the end of a buffer, and outputs yet to be joined fit one. A window keeps enough
 * queries to fill a device; only where that is still too much work are its keys cut, and the ranges' answers joined.
 */
export function windowsOf(
  group: Group,
  axes: Axes,
  config: MlaPrefillConfig,
  limits: Limits,
  windowTokens = Infinity,
): Window[] {
  const { T, H, V, C } = axes;
  const heads = group.sequences * H;
  const most = config.dispatchGflop * 1e9 / (group.sequences * flopsPerPair(axes)); // pairs of a dispatch
  const enough = Math.max(config.dispatchGflop * ROWS_PER_GFLOP / heads, most / (C + T));
  const joinable = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / (heads * V * 4);
  const isOne = pairs(axes) <= most && group.queries.length * group.keys.length === 1;
  const rows = isOne ? T : Math.floor(Math.min(enough, joinable));
  const cut = (length: number) =>
    windowTokens < rows ? slices(length, windowTokens) : evenly(length, rows, ALIGNED);
  return group.queries.flatMap((piece) =>
    cut(piece.rows).flatMap(({ first, count }) =>
      ranges(
        group,
        C + piece.first + first + count,
        isOne ? Infinity : Math.max(LEAST_KEYS, Math.floor(most / count)),
      ).map(
        (range, i, all) => ({
          queries: piece,
          first: piece.first + first,
          rows: count,
          ...range,
          isFirst: i === 0,
          isLast: i === all.length - 1,
        }),
      )
    )
  );
}

/** The first `seen` keys in ranges of `most` at most, each inside one piece. */
function ranges(group: Group, seen: number, most: number) {
  return group.keys.filter((piece) => piece.first < seen).flatMap((piece) =>
    evenly(Math.min(piece.rows, seen - piece.first), most, ALIGNED).map(({ first, count }) => ({
      keyPiece: piece,
      firstKey: piece.first + first,
      keys: count,
    }))
  );
}
