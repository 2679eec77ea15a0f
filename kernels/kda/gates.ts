/** Whose decay a gate is: that of one channel of a head (KDA), or of all of them (Gated DeltaNet). */
export type GateKind = "channel" | "head";

/** Gates of a token and head that has K key channels. */
export function gatesOf(kind: GateKind, K: number): number {
  return kind === "channel" ? K : 1;
}

/** The axes of g, given those that count its tokens and heads. */
export function gateShape(kind: GateKind, tokens: readonly string[]): string[] {
  return kind === "channel" ? [...tokens, "K"] : [...tokens];
}
