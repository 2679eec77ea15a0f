import type { DecodeForm } from "../delta_decode/form.ts";
import bindings from "./step_bindings.wgsl" with { type: "text" };
import direct from "./operands_direct.wgsl" with { type: "text" };
import staged from "./operands_staged.wgsl" with { type: "text" };

/** Kimi Delta Attention: every key channel decays by a gate of its own. */
export const channelGates: DecodeForm = {
  family: "kda_decode",
  gates: (K) => K,
  bindings,
  operands: { staged, direct },
};
