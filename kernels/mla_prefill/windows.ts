import type { Axes, Limits, Range } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import type { MlaPrefillConfig } from "./space.ts";

/** Queries and keys of one dispatch: `keys` from `firstKey` on, the cached ones counted. */
export interface Window {
  readonly first: number;
  readonly rows: number;
  readonly firstKey: number;
  readonly keys: number;
  /** Whether the window's queries have met no key before, and whether they meet none after. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Windows and ranges begin at multiples of this: the byte offset of a binding must be a multiple of 256. */
const ALIGNED = 64;

/**
 * Queries times heads below which a window is not cut further for the sake of short dispatches, for each GFLOP of a
 * dispatch: a device that is given 4096 GFLOP at a time is filled by 1024 blocks of 128, a slower one by fewer.
 */
const ROWS_PER_GFLOP = 32;

/** KV heads: as many as heads where not given. */
export function kvHeads({ H, G }: Axes): number {
  return G === 0 ? H : G;
}

/** Multiply-adds of one query and one key, in both products. */
export function flopsPerPair({ H, K, V }: Axes): number {
  return 2 * H * (K + V);
}

/** Pairs of a query and a key it sees, in one sequence. */
export function pairs({ C, T }: Axes): number {
  return T * C + T * (T + 1) / 2;
}

/**
 * Cuts T into windows of queries, and each window's keys into ranges, so that no dispatch takes more than
 * `dispatchGflop` or binds more than the device allows. A window keeps enough queries to fill a device; only where
 * that is still too much work are its keys cut, and the ranges' answers joined.
 */
export function windowsOf(axes: Axes, config: MlaPrefillConfig, limits: Limits): Window[] {
  const { B, T, H, C } = axes;
  const bound = boundTokens(axes, config, limits);
  const most = config.dispatchGflop * 1e9 / (B * flopsPerPair(axes));
  if (pairs(axes) <= most && bound.queries >= T && bound.keys >= C + T) {
    return [{ first: 0, rows: T, firstKey: 0, keys: C + T, isFirst: true, isLast: true }];
  }
  const enough = config.dispatchGflop * ROWS_PER_GFLOP / (B * H);
  const rows = evenly(T, Math.min(Math.max(enough, most / (C + T)), bound.queries, bound.joined));
  const windows: Window[] = [];
  for (let first = 0; first < T; first += rows) {
    const count = Math.min(rows, T - first);
    const seen = C + first + count;
    const keys = evenly(seen, Math.min(most / count, bound.keys));
    for (let firstKey = 0; firstKey < seen; firstKey += keys) {
      windows.push({
        first,
        rows: count,
        firstKey,
        keys: Math.min(keys, seen - firstKey),
        isFirst: firstKey === 0,
        isLast: firstKey + keys >= seen,
      });
    }
  }
  return windows;
}

/** The largest of nearly equal parts of `total`, a multiple of ALIGNED, that is at most `most` or ALIGNED. */
function evenly(total: number, most: number): number {
  const largest = Math.max(1, Math.floor(most / ALIGNED));
  const units = Math.ceil(total / ALIGNED);
  return Math.ceil(units / Math.ceil(units / largest)) * ALIGNED;
}

/** Tokens of q and o, of k and v, and of the joined outputs that one binding holds; sequences of a batch are bound whole. */
function boundTokens(axes: Axes, config: MlaPrefillConfig, limits: Limits) {
  const { B, H, K, V } = axes;
  const bytes = limits.maxStorageBufferBindingSize;
  const row = DTYPE_BYTES[config.io as "f32" | "f16"] * Math.max(K, V);
  const isAlone = B === 1;
  return {
    queries: isAlone ? bytes / (H * row) : Infinity,
    keys: isAlone ? bytes / (kvHeads(axes) * row) : Infinity,
    joined: bytes / (B * H * V * 4),
  };
}

/**
 * What a dispatch sees of the tensors: queries and keys of one sequence are pieces of memory, so they are bound alone
 * and a tensor may be larger than a binding. Sequences of a batch lie apart: their dispatches see everything.
 */
export function rangesOf(axes: Axes, window: Window): Record<string, Range> | undefined {
  const { B, H, K, V } = axes;
  if (B > 1) return undefined;
  const queries = (width: number) => ({ offset: window.first * width, length: window.rows * width });
  const keys = (width: number) => ({ offset: window.firstKey * width, length: window.keys * width });
  const G = kvHeads(axes);
  return { q: queries(H * K), o: queries(H * V), lse: queries(H), k: keys(G * K), v: keys(G * V) };
}
