import type { Axes, Capabilities, Plan, Scalars } from "../core/family.ts";
import { formatVariant } from "../core/variant_id.ts";
import { mergePass } from "../paged/merge_pass.ts";
import { tableWidth } from "../paged/pages.ts";
import partialF16 from "../paged/partial_f16.wgsl" with { type: "text" };
import partialF32 from "../paged/partial_f32.wgsl" with { type: "text" };
import { partialBuffers, type Share, splitsFor } from "../paged/splits.ts";
import { cacheBuffers } from "./cache_buffers.ts";
import { fmaPass } from "./fma_pass.ts";
import { matrixPass } from "./matrix_pass.ts";
import { type MlaDecodeConfig, ROW_DIMS, VALUE_DIMS } from "./space.ts";
import type { SplitRequest } from "./split_request.ts";

/** A split pass, and a merge pass where there is more than one split. */
export function plan(axes: Axes, config: MlaDecodeConfig, device: Capabilities, scalars: Scalars = {}): Plan {
  const { N, H } = axes;
  const heads = N * H;
  const matrix = config.formulation === "matrix";
  const share = shareOf(config);
  const elem = share.dtype;
  const splits = splitsOf(axes, config);
  const merged = splits > 1;
  const cache = cacheBuffers(axes, elem, device);
  const request: SplitRequest = {
    sequences: N,
    heads: H,
    splits,
    params: [
      { name: "heads", type: "u32", value: H },
      { name: "tableWidth", type: "u32", value: tableWidth(axes) },
      { name: "splits", type: "u32", value: splits },
      { name: "bufferPages", type: "u32", value: cache.bufferPages },
      { name: "scale", type: "f32", value: (scalars.scale ?? 192 ** -0.5) * Math.LOG2E },
    ],
    buffers: [
      "q",
      cache.first,
      "block_table",
      "cache_seqlens",
      ...(merged ? ["*partial_o", "*partial_sums"] : ["*o", "*lse"]),
      ...cache.others,
    ],
    cacheCode: cache.code,
    partialCode: merged && elem === "f16" ? partialF16 : partialF32,
  };
  const split = matrix ? matrixPass(request, config, device) : fmaPass(request, config, device);
  return {
    id: formatVariant("mla_decode", config),
    tolerance: config.cacheElem === "f32" && !matrix ? 1e-5 : 2e-3,
    buffers: [
      { name: "q", dtype: "f32", length: heads * ROW_DIMS, role: "input", from: "q" },
      ...cache.specs,
      { name: "block_table", dtype: "i32", length: N * tableWidth(axes), role: "input", from: "block_table" },
      { name: "cache_seqlens", dtype: "i32", length: N, role: "input", from: "cache_seqlens" },
      { name: "o", dtype: "f32", length: heads * VALUE_DIMS, role: "output", to: "o" },
      { name: "lse", dtype: "f32", length: heads, role: "output", to: "lse" },
      ...partialBuffers(splits, heads, share),
    ],
    passes: merged ? [split, mergePass(axes, share, { splits, unroll: config.unroll }, device)] : [split],
  };
}

/** What a split leaves of a head, in the cache's storage type. */
export function shareOf({ cacheElem }: MlaDecodeConfig): Share {
  return { valueDims: VALUE_DIMS, dtype: cacheElem === "f32" ? "f32" : "f16" };
}

/** Splits of a call: as asked, where it has as many tiles of keys. */
export function splitsOf({ N, H, S }: Axes, config: MlaDecodeConfig): number {
  const tiles = Math.ceil(S / (config.formulation === "matrix" ? config.matrixKeys : config.keysPerTile));
  return splitsFor(config.splits, { tiles, heads: N * H, share: shareOf(config) });
}
