import type { Axes, Capabilities, Plan, Scalars } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { formatVariant } from "../core/variant_id.ts";
import { mergePass } from "../paged/merge_pass.ts";
import { tableWidth } from "../paged/pages.ts";
import partialF16 from "../paged/partial_f16.wgsl" with { type: "text" };
import partialF32 from "../paged/partial_f32.wgsl" with { type: "text" };
import { partialBuffers, type Share, splitsFor } from "../paged/splits.ts";
import unitF16 from "../paged/unit_f16.wgsl" with { type: "text" };
import unitF32 from "../paged/unit_f32.wgsl" with { type: "text" };
import writeSumCode from "../paged/write_sum.wgsl" with { type: "text" };
import { kvHeads } from "./kv_heads.ts";
import { type Lanes, lanesOf } from "./lanes.ts";
import { type Pools, poolsOf } from "./pools.ts";
import reduceBarrier from "./reduce_barrier.wgsl" with { type: "text" };
import reduceSubgroup from "./reduce_subgroup.wgsl" with { type: "text" };
import type { GqaDecodeConfig } from "./space.ts";
import splitCode from "./split.wgsl" with { type: "text" };
import bindingsCode from "./split_bindings.wgsl" with { type: "text" };
import layoutCode from "./split_layout.wgsl" with { type: "text" };
import tilesCode from "./tiles.wgsl" with { type: "text" };

/** Teams whose shares of o a thread reads at a time in the end. */
const JOIN_BATCH = 8;

/** A split pass, and a merge pass where there is more than one split. */
export function plan(axes: Axes, config: GqaDecodeConfig, device: Capabilities, scalars: Scalars = {}): Plan {
  const { N, H, K, V } = axes;
  const share = shareOf(axes, config);
  const elem = share.dtype;
  const lanes = lanesOf(axes, config, device);
  const splits = splitsOf(axes, config, lanes);
  const merged = splits > 1;
  const pools = poolsOf(axes, elem, device);
  const split = definePass(device, {
    label: "split",
    code: splitText(axes, config, lanes, pools, merged),
    unroll: config.unroll,
    features: config.reduce === "subgroup" ? ["subgroups"] : [],
    params: [
      { name: "heads", type: "u32", value: H },
      { name: "kvHeads", type: "u32", value: kvHeads(axes) },
      { name: "tableWidth", type: "u32", value: tableWidth(axes) },
      { name: "splits", type: "u32", value: splits },
      { name: "bufferPages", type: "u32", value: pools.bufferPages },
      { name: "scale", type: "f32", value: (scalars.scale ?? K ** -0.5) * Math.LOG2E },
    ],
    buffers: [
      "q",
      pools.keys,
      "block_table",
      "cache_seqlens",
      ...(merged ? ["*partial_o", "*partial_sums"] : ["*o", "*lse"]),
      pools.values,
      ...pools.others,
    ],
    workgroups: [lanes.groups, splits, N],
  });
  return {
    id: formatVariant("gqa_decode", config),
    tolerance: elem === "f32" ? 1e-5 : 2e-3,
    buffers: [
      { name: "q", dtype: "f32", length: N * H * K, role: "input", from: "q" },
      ...pools.specs,
      { name: "block_table", dtype: "i32", length: N * tableWidth(axes), role: "input", from: "block_table" },
      { name: "cache_seqlens", dtype: "i32", length: N, role: "input", from: "cache_seqlens" },
      { name: "o", dtype: "f32", length: N * H * V, role: "output", to: "o" },
      { name: "lse", dtype: "f32", length: N * H, role: "output", to: "lse" },
      ...partialBuffers(splits, N * H, share),
    ],
    passes: merged ? [split, mergePass(axes, share, { splits, unroll: config.unroll }, device)] : [split],
  };
}

/** What a split leaves of a head, in the cache's storage type. */
export function shareOf({ V }: Axes, { cacheElem }: GqaDecodeConfig): Share {
  return { valueDims: V, dtype: cacheElem === "f32" ? "f32" : "f16" };
}

/** Splits of a call: as asked, where it has as many tiles of rows. */
export function splitsOf(axes: Axes, config: GqaDecodeConfig, { tileRows }: Lanes): number {
  const { N, H, S } = axes;
  return splitsFor(config.splits, {
    tiles: Math.ceil(S / tileRows),
    heads: N * H,
    share: shareOf(axes, config),
  });
}

function splitText(
  { K, V }: Axes,
  config: GqaDecodeConfig,
  lanes: Lanes,
  pools: Pools,
  merged: boolean,
): string {
  const { lanesPerRow, rowsPerThread } = config;
  const { headsPerKv, headsPerThread, blocksPerGroup, teams } = lanes;
  const half = config.cacheElem === "f16";
  const shuffled = config.reduce === "subgroup";
  const code = link(
    splitCode,
    layoutCode,
    bindingsCode,
    writeSumCode,
    tilesCode,
    pools.code,
    shuffled ? reduceSubgroup : reduceBarrier,
    merged && half ? partialF16 : partialF32,
    half ? unitF16 : unitF32,
  );
  return specialize(code, {
    keyDims: K,
    valueDims: V,
    headsPerKv,
    headsPerThread,
    blocksPerGroup,
    teams,
    lanesPerRow,
    rowsPerThread,
    registerQueries: config.queries === "registers" ? 1 : 0,
    joinBatch: Math.min(JOIN_BATCH, teams),
    CacheUnit: half ? "vec4<u32>" : "array<vec4<f32>, 2>",
    ...(shuffled && { laneSteps: Math.log2(lanesPerRow) }),
  });
}
