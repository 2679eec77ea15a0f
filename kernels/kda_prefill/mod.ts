import type { Axes, KernelFamily, Work } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import { regimeDocs } from "../core/regimes.ts";
import { axesFromShapes } from "../core/tensor_checks.ts";
import { checkGates } from "../kda/check_gates.ts";
import { kdaInputs } from "../kda/inputs.ts";
import { recurrence } from "../kda/recurrence.ts";
import { kdaRegimes } from "../kda/regimes.ts";
import { prefillPlan } from "../delta_prefill/plan.ts";
import { type DeltaPrefillConfig, space } from "../delta_prefill/space.ts";
import { channelGates } from "./form.ts";

/** Kimi Delta Attention over whole sequences; math in README.md, counterpart of fla's chunk_kda. */
export const kdaPrefill: KernelFamily<DeltaPrefillConfig> = {
  name: "kda_prefill",
  doc: "Kimi Delta Attention over whole sequences, carrying a state (fla: chunk_kda)",
  axes: {
    B: { doc: "Sequences", initial: 1, min: 1, max: 4096 },
    T: { doc: "Tokens of each sequence", initial: 8192, min: 1, max: 1 << 20 },
    H: { doc: "Heads", initial: 32, min: 1, max: 1024 },
    K: { doc: "Channels of a query or key", initial: 128, min: 64, max: 128, oneOf: [64, 128] },
    V: { doc: "Channels of a value", initial: 128, min: 64, max: 128, oneOf: [64, 128] },
  },
  inputs: {
    q: { shape: ["B", "T", "H", "K"], dtype: "f32", doc: "Queries, of unit length" },
    k: { shape: ["B", "T", "H", "K"], dtype: "f32", doc: "Keys, of unit length" },
    v: { shape: ["B", "T", "H", "V"], dtype: "f32", doc: "Values" },
    g: { shape: ["B", "T", "H", "K"], dtype: "f32", doc: "Decay of each channel, natural log, <= 0" },
    beta: { shape: ["B", "T", "H"], dtype: "f32", doc: "Write strength, in (0, 1)" },
    initial_state: {
      shape: ["B", "H", "K", "V"],
      dtype: "f32",
      doc: "State before the first token",
      optional: "zeros",
    },
  },
  outputs: {
    o: { shape: ["B", "T", "H", "V"], dtype: "f32", doc: "Outputs" },
    final_state: { shape: ["B", "H", "K", "V"], dtype: "f32", doc: "State after the last token" },
  },
  space,
  plan: (...call) => prefillPlan(channelGates, ...call),
  reference: recurrence,
  regimes: regimeDocs(kdaRegimes),
  inputsFor: kdaInputs,
  work,
  verifyAxes: (axes) => [{ ...axes, B: 1, T: 100, H: 2 }, { ...axes, B: 2, T: 64, H: 1 }],
  axesOf: (inputs) => axesFromShapes(kdaPrefill, inputs),
  checkInputs: (_axes, inputs) => checkGates(inputs),
};

/** The paper's count (eq. 13) for chunks of 64, whatever the variant does, so that rooflines compare. */
function work({ B, T, H, K, V }: Axes, { formulation, io }: DeltaPrefillConfig): Work {
  const chunk = 64;
  return {
    ...(formulation === "matrix" && { unit: "matrix" }),
    flops: B * T * H * (6 * K * V + 3 * chunk * (K + V) / 2 + chunk * chunk),
    bytes: B * H * (T * (DTYPE_BYTES[io as "f32" | "f16"] * (2 * K + 2 * V) + 4 * (K + 1)) + 4 * 2 * K * V),
  };
}
