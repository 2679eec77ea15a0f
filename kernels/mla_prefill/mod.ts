import type { Axes, KernelFamily, Tensors, Work } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import { regimeDocs } from "../core/regimes.ts";
import { axesFromShapes, checkFinite } from "../core/tensor_checks.ts";
import { mlaRegimes } from "../mla/regimes.ts";
import { inputsFor } from "./inputs.ts";
import { kvHeads } from "./pieces.ts";
import { launches } from "./launch.ts";
import { plan } from "./plan.ts";
import { reference } from "./reference.ts";
import { type MlaPrefillConfig, space } from "./space.ts";
import { flopsPerPair, pairs } from "./windows.ts";

/** Causal attention over whole sequences, for MLA's expanded heads, MHA and GQA (FlashAttention: flash_attn_func). */
export const mlaPrefill: KernelFamily<MlaPrefillConfig> = {
  name: "mla_prefill",
  doc: "Causal attention over whole sequences, after a cached prefix: MLA's expanded heads, MHA and GQA",
  axes: {
    B: { doc: "Sequences", initial: 1, min: 1, max: 4096 },
    T: { doc: "Queries of each sequence", initial: 4096, min: 1, max: 1 << 20 },
    H: { doc: "Heads", initial: 32, min: 1, max: 1024 },
    G: {
      doc: "KV heads, a divisor of H; 0 for as many as heads",
      initial: 0,
      min: 0,
      max: 1024,
      sharedBy: "H",
    },
    K: { doc: "Channels of a query or key", initial: 192, min: 64, max: 192, oneOf: [64, 128, 192] },
    V: { doc: "Channels of a value", initial: 128, min: 64, max: 128, oneOf: [64, 128] },
    C: { doc: "Cached keys before the first query", initial: 0, min: 0, max: 1 << 20 },
  },
  inputs: {
    q: { shape: ["B", "T", "H", "K"], dtype: "f32", doc: "Queries" },
    k: { shape: ["B", "S", "G", "K"], dtype: "f32", doc: "Keys, S = C + T of them: the cached ones first" },
    v: { shape: ["B", "S", "G", "V"], dtype: "f32", doc: "Values, S = C + T of them" },
  },
  outputs: {
    o: { shape: ["B", "T", "H", "V"], dtype: "f32", doc: "Outputs" },
    lse: { shape: ["B", "T", "H"], dtype: "f32", doc: "ln sum exp of a query's scores" },
  },
  space,
  plan,
  launches,
  reference,
  regimes: regimeDocs(mlaRegimes),
  inputsFor,
  work,
  verifyAxes: (axes) => [
    { ...axes, B: 1, T: 150, H: 2, G: 1, C: 0 },
    { ...axes, B: 2, T: 33, H: 2, G: 2, C: 75 },
  ],
  axesOf,
  checkInputs: (_axes, inputs) => checkFinite(inputs),
};

/** Two products over the keys each query sees; every tensor once. */
function work(axes: Axes, config: MlaPrefillConfig): Work {
  const { B, T, H, K, V, C } = axes;
  const elements = B * (T * H + (C + T) * kvHeads(axes)) * (K + V);
  return {
    ...(config.formulation === "matrix" && { unit: "matrix" }),
    flops: B * pairs(axes) * flopsPerPair(axes),
    bytes: elements * DTYPE_BYTES[config.io as "f32" | "f16"] + 4 * B * T * H,
  };
}

/** T and S stand in the shapes, C is their difference; G is 0 where there are as many as heads, as by default. */
function axesOf(inputs: Tensors): Axes {
  const { B, T, H, G, K, V } = axesFromShapes(mlaPrefill, inputs);
  const S = inputs.k.shape[1];
  if (S < T) {
    throw new TypeError(
      `Tensor k has shape [${inputs.k.shape.join(", ")}], so S is ${S}, but q has T=${T} queries`,
    );
  }
  if (H % G !== 0) {
    throw new TypeError(`Tensor k has G=${G} KV heads, and q has H=${H} heads, no multiple of them`);
  }
  return { B, T, H, G: G === H ? 0 : G, K, V, C: S - T };
}
