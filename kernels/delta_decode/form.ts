import type { DeltaDecodeConfig } from "./space.ts";

/** What sets a family of the delta rule apart when one token is decoded. */
export interface DecodeForm {
  readonly family: string;
  /** Gates of a head that has K key channels: one each, or one for all. */
  gates(K: number): number;
  /** The bindings of the step's pass. */
  readonly bindings: string;
  /** The part that brings q, k and the gates, for each value of `operands`. */
  readonly operands: Readonly<Record<DeltaDecodeConfig["operands"], string>>;
}
