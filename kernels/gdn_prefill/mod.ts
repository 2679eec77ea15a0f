import { link } from "../core/pass.ts";
import { prefillFamily } from "../delta_prefill/family.ts";
import decays from "./decays.wgsl" with { type: "text" };
import matrixPrepare from "./matrix_prepare.wgsl" with { type: "text" };
import prepare from "./prepare.wgsl" with { type: "text" };
import recurrentBindings from "./recurrent_bindings.wgsl" with { type: "text" };
import recurrentFetch from "./recurrent_fetch.wgsl" with { type: "text" };

/** Gated DeltaNet over whole sequences; math in README.md, counterpart of fla's chunk_gated_delta_rule. */
export const gdnPrefill = prefillFamily({
  family: "gdn_prefill",
  doc: "Gated DeltaNet over whole sequences, carrying a state (fla: chunk_gated_delta_rule)",
  gates: "head",
  prepare: link(prepare, decays),
  matrixPrepare: link(matrixPrepare, decays),
  matrixConstants: ({ K }, { chunkSize }) => ({
    operandLength: Math.max(2 * chunkSize * (K / 8 + 2), 3 * chunkSize * (chunkSize / 8 + 2)),
  }),
  recurrentBindings,
  recurrentFetch,
});
