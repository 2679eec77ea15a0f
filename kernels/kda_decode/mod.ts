import { decodeFamily } from "../delta_decode/family.ts";
import bindings from "./step_bindings.wgsl" with { type: "text" };
import direct from "./operands_direct.wgsl" with { type: "text" };
import staged from "./operands_staged.wgsl" with { type: "text" };

/** KDA decode: one token for N sequences, state read once and written once (fla: fused_recurrent_kda). */
export const kdaDecode = decodeFamily({
  family: "kda_decode",
  doc: "Kimi Delta Attention, one token for N sequences",
  gates: "channel",
  bindings,
  operands: { staged, direct },
});
