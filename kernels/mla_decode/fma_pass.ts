import type { Capabilities, Pass } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import unitF16 from "../paged/unit_f16.wgsl" with { type: "text" };
import unitF32 from "../paged/unit_f32.wgsl" with { type: "text" };
import writeSumCode from "../paged/write_sum.wgsl" with { type: "text" };
import fmaLayout from "./fma_layout.wgsl" with { type: "text" };
import fmaSplit from "./fma_split.wgsl" with { type: "text" };
import fmaStage from "./fma_stage.wgsl" with { type: "text" };
import pagesCode from "./pages.wgsl" with { type: "text" };
import type { MlaDecodeConfig } from "./space.ts";
import bindingsCode from "./split_bindings.wgsl" with { type: "text" };
import type { SplitRequest } from "./split_request.ts";

/** The split pass by f32 multiply-adds. */
export function fmaPass(request: SplitRequest, config: MlaDecodeConfig, device: Capabilities): Pass {
  const { headsPerGroup, keysPerTile, threads, keysPerThread, headsPerThread, rowsPerStep } = config;
  const half = config.cacheElem === "f16";
  return definePass(device, {
    label: "split",
    code: specialize(
      link(
        fmaSplit,
        fmaLayout,
        bindingsCode,
        writeSumCode,
        fmaStage,
        pagesCode,
        request.cacheCode,
        request.partialCode,
        half ? unitF16 : unitF32,
      ),
      {
        keysPerTile,
        headsPerGroup,
        threads,
        keysPerThread,
        headsPerThread,
        rowsPerStep,
        CacheUnit: half ? "vec4<u32>" : "array<vec4<f32>, 2>",
      },
    ),
    unroll: config.unroll,
    params: request.params,
    buffers: request.buffers,
    workgroups: [request.splits, Math.ceil(request.heads / headsPerGroup), request.sequences],
  });
}
