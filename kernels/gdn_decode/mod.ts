import { decodeFamily } from "../delta_decode/family.ts";
import bindings from "./step_bindings.wgsl" with { type: "text" };
import direct from "./operands_direct.wgsl" with { type: "text" };
import staged from "./operands_staged.wgsl" with { type: "text" };

/** Gated DeltaNet decode: one token for N sequences (fla: fused_recurrent_gated_delta_rule). */
export const gdnDecode = decodeFamily({
  family: "gdn_decode",
  doc: "Gated DeltaNet, one token for N sequences",
  gates: "head",
  bindings,
  operands: { staged, direct },
});
