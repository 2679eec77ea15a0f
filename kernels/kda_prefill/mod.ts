import { prefillFamily } from "../delta_prefill/family.ts";
import matrixPrepare from "./matrix_prepare.wgsl" with { type: "text" };
import prepare from "./prepare.wgsl" with { type: "text" };
import recurrentBindings from "./recurrent_bindings.wgsl" with { type: "text" };
import recurrentFetch from "./recurrent_fetch.wgsl" with { type: "text" };

/** Kimi Delta Attention over whole sequences; math in README.md, counterpart of fla's chunk_kda. */
export const kdaPrefill = prefillFamily({
  family: "kda_prefill",
  doc: "Kimi Delta Attention over whole sequences, carrying a state (fla: chunk_kda)",
  gates: "channel",
  prepare,
  matrixPrepare,
  matrixConstants: ({ K, V }, { chunkSize }) => ({
    valueDim: V,
    levels: Math.log2(chunkSize),
    operandLength: chunkSize / 2 * Math.max(3 * (K / 4 + 2), 6 * (chunkSize / 8 + 2)),
  }),
  recurrentBindings,
  recurrentFetch,
});
