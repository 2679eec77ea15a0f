import type { Axes, Capabilities, Pass } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import mergeCode from "./merge.wgsl" with { type: "text" };
import type { Share } from "./splits.ts";
import unitF16 from "./unit_f16.wgsl" with { type: "text" };
import unitF32 from "./unit_f32.wgsl" with { type: "text" };

/** Dims of o per workgroup of the merge: 32 and 128 took as long on an H200, 2026-11-23. */
export const MERGE_DIMS = 64;

/** The pass that joins the splits' shares of o [N, H, valueDims]. */
export function mergePass(
  { N, H }: Axes,
  { valueDims, dtype }: Share,
  { splits, unroll }: { readonly splits: number; readonly unroll: boolean },
  device: Capabilities,
): Pass {
  const half = dtype === "f16";
  return definePass(device, {
    label: "merge",
    code: specialize(link(mergeCode, half ? unitF16 : unitF32), {
      splits,
      valueUnits: valueDims / 8,
      PartialUnit: half ? "vec4<u32>" : "array<vec4<f32>, 2>",
    }),
    unroll,
    params: [{ name: "heads", type: "u32", value: H }],
    buffers: ["partial_o", "partial_sums", "*o", "*lse"],
    workgroups: [valueDims / MERGE_DIMS, H, N],
  });
}
