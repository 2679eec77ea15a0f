import type { Axes, KernelFamily, Work } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import { regimeDocs } from "../core/regimes.ts";
import { axesFromShapes } from "../core/tensor_checks.ts";
import { checkGates } from "../kda/check_gates.ts";
import { type GateKind, gateShape, gatesOf } from "../kda/gates.ts";
import { kdaInputs } from "../kda/inputs.ts";
import { recurrence } from "../kda/recurrence.ts";
import { kdaRegimes } from "../kda/regimes.ts";
import type { PrefillForm } from "./form.ts";
import { prefillLaunches } from "./launch.ts";
import { prefillPlan } from "./plan.ts";
import { type DeltaPrefillConfig, space } from "./space.ts";

/** The family of a form: whole sequences, carrying a state. */
export function prefillFamily(form: PrefillForm): KernelFamily<DeltaPrefillConfig> {
  const family: KernelFamily<DeltaPrefillConfig> = {
    name: form.family,
    doc: form.doc,
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
      g: { shape: gateShape(form.gates, ["B", "T", "H"]), dtype: "f32", doc: "Decay, natural log, <= 0" },
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
    plan: (...call) => prefillPlan(form, ...call),
    launches: (axes, config) => prefillLaunches(form, axes, config),
    reference: recurrence,
    regimes: regimeDocs(kdaRegimes),
    inputsFor: (axes, seed, regime) => kdaInputs(axes, seed, regime, form.gates),
    work: (axes, config) => work(form.gates, axes, config),
    verifyAxes: (axes) => [{ ...axes, B: 1, T: 100, H: 2 }, { ...axes, B: 2, T: 64, H: 1 }],
    axesOf: (inputs) => axesFromShapes(family, inputs),
    checkInputs: (_axes, inputs) => checkGates(inputs),
  };
  return family;
}

/** The paper's count (eq. 13) for chunks of 64, whatever the variant does, so that rooflines compare. */
function work(
  gates: GateKind,
  { B, T, H, K, V }: Axes,
  { formulation, io }: DeltaPrefillConfig,
): Work {
  const chunk = 64;
  return {
    ...(formulation === "matrix" && { unit: "matrix" }),
    flops: B * T * H * (6 * K * V + 3 * chunk * (K + V) / 2 + chunk * chunk),
    bytes: B * H *
      (T * (DTYPE_BYTES[io as "f32" | "f16"] * (2 * K + 2 * V) + 4 * (gatesOf(gates, K) + 1)) +
        4 * 2 * K * V),
  };
}
