import type { GateKind } from "../kda/gates.ts";
import type { DeltaDecodeConfig } from "./space.ts";

/** What sets a family of the delta rule apart when one token is decoded. */
export interface DecodeForm {
  readonly family: string;
  readonly doc: string;
  readonly gates: GateKind;
  /** The bindings of the step's pass. */
  readonly bindings: string;
  /** The part that brings q, k and the gates, for each value of `operands`. */
  readonly operands: Readonly<Record<DeltaDecodeConfig["operands"], string>>;
}
