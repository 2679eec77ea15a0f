import type { Axes, BufferSpec, Capabilities } from "../core/family.ts";
import { PAGE_ROWS, poolPages } from "../paged/pages.ts";
import { pagesPerBuffer, poolParts } from "../paged/pool_parts.ts";
import { kvHeads } from "./kv_heads.ts";
import poolsFour from "./pools_four.wgsl" with { type: "text" };
import poolsOne from "./pools_one.wgsl" with { type: "text" };
import poolsTwo from "./pools_two.wgsl" with { type: "text" };

/** The cached keys and values, both cut at the same pages, in as few buffers as the device's limits allow. */
export interface Pools {
  readonly specs: readonly BufferSpec[];
  /** Pages in every buffer but the last, which may hold fewer. */
  readonly bufferPages: number;
  /** The part of the split pass that declares and reads them. */
  readonly code: string;
  /** Names at binding 2, at binding 7, and at binding 8 and on. */
  readonly keys: string;
  readonly values: string;
  readonly others: readonly string[];
}

/** Storage buffers of the split pass beside keys and values: q, block_table, cache_seqlens, o and lse. */
const OTHER_BUFFERS = 5;

/** Texts by how many buffers each of keys and values they read. */
const TEXTS: readonly (readonly [number, string])[] = [[1, poolsOne], [2, poolsTwo], [4, poolsFour]];

/** Throws RangeError where four buffers each can't hold keys and values, or where a pass can't bind as many. */
export function poolsOf(axes: Axes, dtype: "f32" | "f16", { limits }: Capabilities): Pools {
  const pages = poolPages(axes);
  const rows = PAGE_ROWS * kvHeads(axes);
  const keyPool = { name: "k_cache", dtype, pages, pageLength: rows * axes.K };
  const valuePool = { name: "v_cache", dtype, pages, pageLength: rows * axes.V };
  const wider = axes.K >= axes.V ? keyPool : valuePool;
  const bufferPages = pagesPerBuffer("Cannot plan gqa_decode", wider, limits);
  const keys = poolParts(keyPool, bufferPages);
  const values = poolParts(valuePool, bufferPages);
  const [count, code] = TEXTS.find(([most]) => keys.length <= most)!;
  const bound = OTHER_BUFFERS + 2 * count;
  if (bound > limits.maxStorageBuffersPerShaderStage) {
    throw new RangeError(
      `Cannot plan gqa_decode: keys and values of ${pages} pages take ${count} buffers each, which makes ${bound} ` +
        `storage buffers of a pass, and this device allows ${limits.maxStorageBuffersPerShaderStage}`,
    );
  }
  const names = Array.from({ length: count }, (_, i) => [
    keys[Math.min(i, keys.length - 1)].name,
    values[Math.min(i, values.length - 1)].name,
  ]);
  return {
    specs: [...keys, ...values],
    bufferPages,
    code,
    keys: names[0][0],
    values: names[0][1],
    others: names.slice(1).flat(),
  };
}
