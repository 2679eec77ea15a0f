import type { PrefillForm } from "../delta_prefill/form.ts";
import matrixPrepare from "./matrix_prepare.wgsl" with { type: "text" };
import prepare from "./prepare.wgsl" with { type: "text" };
import recurrentBindings from "./recurrent_bindings.wgsl" with { type: "text" };
import recurrentFetch from "./recurrent_fetch.wgsl" with { type: "text" };

/** Kimi Delta Attention: every key channel decays by a gate of its own. */
export const channelGates: PrefillForm = {
  family: "kda_prefill",
  gates: (K) => K,
  prepare,
  matrixPrepare,
  matrixConstants: ({ K, V }, { chunkSize }) => ({
    valueDim: V,
    levels: Math.log2(chunkSize),
    operandLength: chunkSize / 2 * Math.max(3 * (K / 4 + 2), 6 * (chunkSize / 8 + 2)),
  }),
  recurrentBindings,
  recurrentFetch,
};
