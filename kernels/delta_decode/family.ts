import type { KernelFamily } from "../core/family.ts";
import { regimeDocs } from "../core/regimes.ts";
import { axesFromShapes } from "../core/tensor_checks.ts";
import { checkGates } from "../kda/check_gates.ts";
import { gateShape, gatesOf } from "../kda/gates.ts";
import { oneTokenInputs, oneTokenRecurrence } from "../kda/one_token.ts";
import { kdaRegimes } from "../kda/regimes.ts";
import type { DecodeForm } from "./form.ts";
import { decodeLaunches } from "./launch.ts";
import { decodePlan } from "./plan.ts";
import { type DeltaDecodeConfig, space } from "./space.ts";

/** The family of a form: one token for N sequences, state read once and written once. */
export function decodeFamily(form: DecodeForm): KernelFamily<DeltaDecodeConfig> {
  const family: KernelFamily<DeltaDecodeConfig> = {
    name: form.family,
    doc: form.doc,
    axes: {
      N: { doc: "sequences", initial: 64, min: 1, max: 1 << 20 },
      H: { doc: "heads", initial: 32, min: 1, max: 1024 },
      K: { doc: "key channels of a head", initial: 128, min: 64, max: 128, oneOf: [64, 128] },
      V: { doc: "value channels of a head", initial: 128, min: 64, max: 128, oneOf: [64, 128] },
    },
    inputs: {
      q: { shape: ["N", "H", "K"], dtype: "f32", doc: "queries, L2-normalised" },
      k: { shape: ["N", "H", "K"], dtype: "f32", doc: "keys, L2-normalised" },
      v: { shape: ["N", "H", "V"], dtype: "f32", doc: "values" },
      g: { shape: gateShape(form.gates, ["N", "H"]), dtype: "f32", doc: "decay, natural log, <= 0" },
      beta: { shape: ["N", "H"], dtype: "f32", doc: "write strength, 0..1" },
      initial_state: {
        shape: ["N", "H", "K", "V"],
        dtype: "f32",
        doc: "state before the token",
        optional: "zeros",
        swappedBy: { stateLayout: "VK" },
      },
    },
    outputs: {
      o: { shape: ["N", "H", "V"], dtype: "f32", doc: "outputs" },
      final_state: {
        shape: ["N", "H", "K", "V"],
        dtype: "f32",
        doc: "state after the token",
        swappedBy: { stateLayout: "VK" },
      },
    },
    space,
    plan: (...call) => decodePlan(form, ...call),
    launches: (...call) => decodeLaunches(form, ...call),
    reference: oneTokenRecurrence,
    regimes: regimeDocs(kdaRegimes),
    inputsFor: (axes, seed, regime) => oneTokenInputs(axes, seed, regime, form.gates),
    work: ({ N, H, K, V }, { stateElem }) => ({
      flops: N * H * (7 * K * V + 2 * K),
      bytes: N * H *
        (2 * K * V * (stateElem === "f16" ? 2 : 4) + 4 * (2 * K + gatesOf(form.gates, K) + 2 * V + 1)),
    }),
    verifyAxes: ({ K, V }) => [{ N: 1, H: 1, K, V }, { N: 3, H: 2, K, V }],
    axesOf: (inputs) => axesFromShapes(family, inputs),
    checkInputs: (_axes, inputs) => checkGates(inputs),
  };
  return family;
}
