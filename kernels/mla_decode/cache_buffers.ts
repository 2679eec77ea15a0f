import type { Axes, BufferSpec, Capabilities } from "../core/family.ts";
import { PAGE_ROWS, poolPages } from "../paged/pages.ts";
import { pagesPerBuffer, poolParts } from "../paged/pool_parts.ts";
import cacheFour from "./cache_four.wgsl" with { type: "text" };
import cacheOne from "./cache_one.wgsl" with { type: "text" };
import cacheTwo from "./cache_two.wgsl" with { type: "text" };
import { ROW_DIMS } from "./space.ts";

/** The pool of pages in as few buffers as the device's limits allow, whole pages each. */
export interface CacheBuffers {
  readonly specs: readonly BufferSpec[];
  /** Pages in every buffer but the last, which may hold fewer. */
  readonly bufferPages: number;
  /** The part of the split pass that declares and reads them. */
  readonly code: string;
  /** Names at binding 2, and at binding 7 and on. */
  readonly first: string;
  readonly others: readonly string[];
}

/** Throws RangeError where four buffers cannot hold the pool. */
export function cacheBuffers(axes: Axes, dtype: "f32" | "f16", { limits }: Capabilities): CacheBuffers {
  const pool = { name: "cache", dtype, pages: poolPages(axes), pageLength: PAGE_ROWS * ROW_DIMS };
  const bufferPages = pagesPerBuffer("Cannot plan mla_decode", pool, limits);
  const specs = poolParts(pool, bufferPages);
  const names = specs.map(({ name }) => name);
  const [first] = names;
  if (names.length === 1) return { specs, bufferPages, code: cacheOne, first, others: [] };
  if (names.length === 2) return { specs, bufferPages, code: cacheTwo, first, others: names.slice(1) };
  const others = [names[1], names[2], names.at(-1)!];
  return { specs, bufferPages, code: cacheFour, first, others };
}
