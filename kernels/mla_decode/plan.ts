import type { Axes, BufferSpec, Capabilities, Pass, Plan, Scalars } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { formatVariant } from "../core/variant_id.ts";
import cacheF16 from "./cache_f16.wgsl" with { type: "text" };
import cacheF32 from "./cache_f32.wgsl" with { type: "text" };
import layoutCode from "./layout.wgsl" with { type: "text" };
import mergeCode from "./merge.wgsl" with { type: "text" };
import { poolPages, tableWidth } from "./pages.ts";
import reduceBarrier from "./reduce_barrier.wgsl" with { type: "text" };
import reduceSubgroup from "./reduce_subgroup.wgsl" with { type: "text" };
import { type MlaDecodeConfig, PAGE_ROWS, ROW_DIMS, VALUE_DIMS } from "./space.ts";
import splitCode from "./split.wgsl" with { type: "text" };
import stageCode from "./stage.wgsl" with { type: "text" };

/** Bytes the splits' partial answers may take. */
export const MAX_PARTIAL_BYTES = 16 << 20;

/** A split pass, and a merge pass where there is more than one split. */
export function plan(axes: Axes, config: MlaDecodeConfig, device: Capabilities, scalars: Scalars = {}): Plan {
  const { N, H } = axes;
  const { splits } = config;
  const heads = N * H;
  const partialBytes = heads * splits * (VALUE_DIMS + 1) * 4;
  if (splits > 1 && partialBytes > MAX_PARTIAL_BYTES) {
    throw new RangeError(
      `Cannot plan mla_decode: N * H * splits * 513 * 4 must not exceed ${MAX_PARTIAL_BYTES} bytes of ` +
        `partial answers, current value is ${partialBytes} with splits=${splits}`,
    );
  }
  const merged = splits > 1;
  return {
    id: formatVariant("mla_decode", config),
    tolerance: config.cacheElem === "f32" ? 1e-5 : 2e-3,
    buffers: [
      { name: "q", dtype: "f32", length: heads * ROW_DIMS, role: "input", from: "q" },
      {
        name: "cache",
        dtype: config.cacheElem === "f32" ? "f32" : "f16",
        length: poolPages(axes) * PAGE_ROWS * ROW_DIMS,
        role: "input",
        from: "cache",
      },
      { name: "block_table", dtype: "i32", length: N * tableWidth(axes), role: "input", from: "block_table" },
      { name: "cache_seqlens", dtype: "i32", length: N, role: "input", from: "cache_seqlens" },
      { name: "o", dtype: "f32", length: heads * VALUE_DIMS, role: "output", to: "o" },
      { name: "lse", dtype: "f32", length: heads, role: "output", to: "lse" },
      ...(merged
        ? [
          { name: "partial_o", dtype: "f32", length: heads * splits * VALUE_DIMS, role: "scratch" },
          { name: "partial_lse", dtype: "f32", length: heads * splits, role: "scratch" },
        ] satisfies BufferSpec[]
        : []),
    ],
    passes: merged
      ? [
        splitPass(axes, config, device, scalars, ["*partial_o", "*partial_lse"]),
        mergePass(axes, config, device),
      ]
      : [splitPass(axes, config, device, scalars, ["*o", "*lse"])],
  };
}

function splitPass(
  axes: Axes,
  config: MlaDecodeConfig,
  device: Capabilities,
  scalars: Scalars,
  outputs: readonly string[],
): Pass {
  const { headsPerGroup, keysPerTile, threads, keysPerLane, headsPerThread, splits } = config;
  const bindings: Record<string, number | string> = {
    keysPerTile,
    headsPerGroup,
    threads,
    keysPerLane,
    headsPerThread,
    unitsPerSlice: config.dimsPerSlice / 4,
    unitsPerThread: config.dimsPerThread / 4,
    stageQueries: config.stageQueries ? 1 : 0,
    CacheUnit: config.cacheElem === "f32" ? "vec4<f32>" : "vec2<u32>",
  };
  const subgroups = config.reduce === "subgroup";
  if (subgroups) {
    bindings.shufflePart = Math.min(threads / (headsPerGroup / 4), smallestSubgroup(device));
  }
  const text = specialize(
    link(
      splitCode,
      layoutCode,
      stageCode,
      config.cacheElem === "f32" ? cacheF32 : cacheF16,
      subgroups ? reduceSubgroup : reduceBarrier,
    ),
    bindings,
  );
  return definePass(device, {
    label: "split",
    code: text,
    unroll: config.unroll,
    features: subgroups ? ["subgroups"] : [],
    params: [
      { name: "heads", type: "u32", value: axes.H },
      { name: "tableWidth", type: "u32", value: tableWidth(axes) },
      { name: "splits", type: "u32", value: splits },
      { name: "scale", type: "f32", value: (scalars.scale ?? 192 ** -0.5) * Math.LOG2E },
    ],
    buffers: ["q", "cache", "block_table", "cache_seqlens", ...outputs],
    workgroups: [splits, Math.ceil(axes.H / headsPerGroup), axes.N],
  });
}

function mergePass(axes: Axes, config: MlaDecodeConfig, device: Capabilities): Pass {
  return definePass(device, {
    label: "merge",
    code: specialize(mergeCode, { splits: config.splits, unitLanes: config.mergeDims / 4 }),
    params: [{ name: "heads", type: "u32", value: axes.H }],
    buffers: ["partial_o", "partial_lse", "*o", "*lse"],
    workgroups: [VALUE_DIMS / config.mergeDims, axes.H, axes.N],
  });
}

/** Shuffles among that many neighbours stay inside a subgroup, whatever larger size the driver picks. */
function smallestSubgroup(device: Capabilities): number {
  if (!device.features.includes("subgroups") || !device.subgroupSize) {
    throw new RangeError(
      "Cannot plan mla_decode: reduce=subgroup needs the feature subgroups, which this device lacks",
    );
  }
  const { min } = device.subgroupSize;
  if (min < 4) {
    throw new RangeError(
      `Cannot plan mla_decode: reduce=subgroup needs subgroups of at least 4 lanes, current value is ${min}`,
    );
  }
  return min;
}
