import type { Axes, BufferSpec, Capabilities, Pass, Plan, Scalars } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { formatVariant } from "../core/variant_id.ts";
import { cacheBuffers } from "./cache_buffers.ts";
import { fmaPass } from "./fma_pass.ts";
import { matrixPass } from "./matrix_pass.ts";
import mergeCode from "./merge.wgsl" with { type: "text" };
import { tableWidth } from "./pages.ts";
import partialF16 from "./partial_f16.wgsl" with { type: "text" };
import partialF32 from "./partial_f32.wgsl" with { type: "text" };
import { type MlaDecodeConfig, ROW_DIMS, VALUE_DIMS } from "./space.ts";
import type { SplitRequest } from "./split_request.ts";
import unitF16 from "./unit_f16.wgsl" with { type: "text" };
import unitF32 from "./unit_f32.wgsl" with { type: "text" };

/** Bytes the splits' partial answers may take. */
export const MAX_PARTIAL_BYTES = 16 << 20;

/** Dims of o per workgroup of the merge: 32 and 128 took as long on an H200, 2026-11-23. */
const MERGE_DIMS = 64;

/** Slices a sequence is cut into: as asked, or as many as it has tiles and as the scratch has room for. */
function splitsFor(axes: Axes, config: MlaDecodeConfig): number {
  const tile = config.formulation === "matrix" ? config.matrixKeys : config.keysPerTile;
  const bytes = VALUE_DIMS * (config.cacheElem === "f32" ? 4 : 2) + 8; // of one head's o, maximum and sum
  const room = Math.floor(MAX_PARTIAL_BYTES / (axes.N * axes.H * bytes));
  return Math.max(1, Math.min(config.splits, Math.ceil(axes.S / tile), room));
}

/** A split pass, and a merge pass where there is more than one split. */
export function plan(axes: Axes, config: MlaDecodeConfig, device: Capabilities, scalars: Scalars = {}): Plan {
  const { N, H } = axes;
  const heads = N * H;
  const splits = splitsFor(axes, config);
  const merged = splits > 1;
  const matrix = config.formulation === "matrix";
  const elem = config.cacheElem === "f32" ? "f32" : "f16";
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
      ...(merged
        ? [
          { name: "partial_o", dtype: elem, length: heads * splits * VALUE_DIMS, role: "scratch" },
          { name: "partial_sums", dtype: "f32", length: heads * splits * 2, role: "scratch" },
        ] satisfies BufferSpec[]
        : []),
    ],
    passes: merged ? [split, mergePass(axes, config, splits, device)] : [split],
  };
}

function mergePass(axes: Axes, config: MlaDecodeConfig, splits: number, device: Capabilities): Pass {
  const half = config.cacheElem === "f16";
  return definePass(device, {
    label: "merge",
    code: specialize(link(mergeCode, half ? unitF16 : unitF32), {
      splits,
      PartialUnit: half ? "vec4<u32>" : "array<vec4<f32>, 2>",
    }),
    unroll: config.unroll,
    params: [{ name: "heads", type: "u32", value: axes.H }],
    buffers: ["partial_o", "partial_sums", "*o", "*lse"],
    workgroups: [VALUE_DIMS / MERGE_DIMS, axes.H, axes.N],
  });
}
