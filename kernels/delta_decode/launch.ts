import type { Axes, Capabilities } from "../core/family.ts";
import type { Launch } from "../core/launch.ts";
import { gatesOf } from "../kda/gates.ts";
import type { DecodeForm } from "./form.ts";
import type { DeltaDecodeConfig } from "./space.ts";

/** `decodePlan` as formulas of N and H; one text for grids of one layer, another for folded ones. */
export function decodeLaunches(
  form: DecodeForm,
  axes: Axes,
  { tileV }: DeltaDecodeConfig,
  { limits }: Capabilities,
): Launch[] {
  const { N, H, K, V } = axes;
  const folded = N * H > limits.maxComputeWorkgroupsPerDimension;
  return [{
    sample: axes,
    lets: { heads: "N * H", layers: "ceilDiv(heads, maxGroups)" },
    holds: [folded ? "layers > 1" : "layers == 1"],
    loops: [],
    lengths: {
      q: `heads * ${K}`,
      k: `heads * ${K}`,
      v: `heads * ${V}`,
      g: `heads * ${gatesOf(form.gates, K)}`,
      beta: "heads",
      state: `heads * ${K * V}`,
      o: `heads * ${V}`,
    },
    passes: [{
      label: "step",
      params: { heads: "heads" },
      workgroups: [`${V / tileV}`, "ceilDiv(heads, layers)", "layers"],
    }],
  }];
}
