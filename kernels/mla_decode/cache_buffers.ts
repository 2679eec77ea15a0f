import type { Axes, BufferSpec, Capabilities } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import cacheFour from "./cache_four.wgsl" with { type: "text" };
import cacheOne from "./cache_one.wgsl" with { type: "text" };
import cacheTwo from "./cache_two.wgsl" with { type: "text" };
import { poolPages } from "./pages.ts";
import { PAGE_ROWS, ROW_DIMS } from "./space.ts";

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
  const pages = poolPages(axes);
  const pageLength = PAGE_ROWS * ROW_DIMS;
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const fitting = Math.floor(most / (pageLength * DTYPE_BYTES[dtype]));
  const needed = Math.ceil(pages / fitting);
  if (!(needed <= 4)) {
    throw new RangeError(
      `Cannot plan mla_decode: a cache of ${pages} pages must fit four buffers of ${most} bytes, ` +
        `current value is ${pages * pageLength * DTYPE_BYTES[dtype]} bytes`,
    );
  }
  const bufferPages = Math.ceil(pages / needed);
  const count = Math.ceil(pages / bufferPages);
  const length = pages * pageLength;
  const specs = Array.from({ length: count }, (_, i): BufferSpec => {
    const offset = i * bufferPages * pageLength;
    const own = Math.min(bufferPages * pageLength, length - offset);
    return count === 1 ? { name: "cache", dtype, length, role: "input", from: "cache" } : {
      name: `cache.${i}`,
      dtype,
      length: own,
      role: "input",
      from: "cache",
      part: { offset, of: length },
    };
  });
  const names = specs.map(({ name }) => name);
  if (count === 1) return { specs, bufferPages, code: cacheOne, first: names[0], others: [] };
  if (count === 2) return { specs, bufferPages, code: cacheTwo, first: names[0], others: names.slice(1) };
  const others = [names[1], names[2], names.at(-1)!];
  return { specs, bufferPages, code: cacheFour, first: names[0], others };
}
