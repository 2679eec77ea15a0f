import type { BufferSpec, Limits } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";

/** A tensor of pages in device memory. */
export interface Pool {
  readonly name: string;
  readonly dtype: "f32" | "f16";
  readonly pages: number;
  /** Elements of a page. */
  readonly pageLength: number;
}

/** Most buffers a pool may lie in: what a pass has text for. */
export const MOST_BUFFERS = 4;

/** Pages in every buffer but the last. Throws RangeError, a sentence that begins as told, where four buffers cannot hold the pool. */
export function pagesPerBuffer(failed: string, pool: Pool, limits: Limits): number {
  const { dtype, pages, pageLength } = pool;
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const fitting = Math.floor(most / (pageLength * DTYPE_BYTES[dtype]));
  const needed = Math.ceil(pages / fitting);
  if (needed <= MOST_BUFFERS) return Math.ceil(pages / needed);
  throw new RangeError(
    `${failed}: a cache of ${pages} pages takes ${pages * pageLength * DTYPE_BYTES[dtype]} bytes, ` +
      `more than four buffers of ${most} bytes hold`,
  );
}

/** The pool's buffers of `bufferPages` pages each; the last may hold fewer. */
export function poolParts({ name, dtype, pages, pageLength }: Pool, bufferPages: number): BufferSpec[] {
  const length = pages * pageLength;
  const count = Math.ceil(pages / bufferPages);
  if (count === 1) return [{ name, dtype, length, role: "input", from: name }];
  return Array.from({ length: count }, (_, i): BufferSpec => {
    const offset = i * bufferPages * pageLength;
    return {
      name: `${name}.${i}`,
      dtype,
      length: Math.min(bufferPages * pageLength, length - offset),
      role: "input",
      from: name,
      part: { offset, of: length },
    };
  });
}
