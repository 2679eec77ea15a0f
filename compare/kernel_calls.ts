import { completeAxes, formatAxes } from "../kernels/core/axes.ts";
import type { Axes } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";
import { familyNamed } from "../kernels/mod.ts";
import type { Mixer } from "./model.ts";

/** One call of one kernel: what a layer's time is made of. */
export interface KernelCall {
  readonly family: string;
  readonly axes: Axes;
  /** How the caller's tensors are stored: 16 bits where models have them, states in f32. */
  readonly storage: Config;
}

/** Two calls of one key take the same time. */
export function callKey({ family, axes, storage }: KernelCall): string {
  return `${family} ${formatAxes(axes)} ${JSON.stringify(storage)}`;
}

/** One token for each of `sequences`, which hold `tokens` each. Throws RangeError for sizes the kernel does not take. */
export function decodeCall(mixer: Mixer, tokens: number, sequences: number): KernelCall {
  const N = sequences;
  switch (mixer.kind) {
    case "kda":
    case "gdn":
      return call(`${mixer.kind}_decode`, { N, ...headsOf(mixer) });
    case "mla":
      checkLatent(mixer);
      return call("mla_decode", { N, H: mixer.heads, S: tokens }, { cacheElem: "f16" });
    case "gqa":
      checkGroups(mixer);
      return call("gqa_decode", { N, S: tokens, ...headsOf(mixer) }, { cacheElem: "f16" });
  }
}

/** `tokens` of one sequence, behind `prefix` cached ones where the mixer attends to them. Throws as `decodeCall` does. */
export function prefillCall(mixer: Mixer, tokens: number, prefix = 0): KernelCall {
  const B = 1, T = tokens, C = prefix;
  const io: Config = { io: "f16" };
  switch (mixer.kind) {
    case "kda":
    case "gdn":
      return call(`${mixer.kind}_prefill`, { B, T, ...headsOf(mixer) }, io);
    case "mla": {
      checkLatent(mixer);
      const axes = { B, T, H: mixer.heads, K: mixer.nopeDim + mixer.ropeDim, V: mixer.valueDim, C };
      return call("mla_prefill", axes, io);
    }
    case "gqa":
      checkGroups(mixer);
      return call("mla_prefill", { B, T, C, ...headsOf(mixer) }, io);
  }
}

/** Whether a token's cost grows with the tokens before it. */
export function attends(mixer: Mixer): boolean {
  return mixer.kind === "mla" || mixer.kind === "gqa";
}

function call(family: string, axes: Axes, storage: Config = {}): KernelCall {
  return { family, axes: completeAxes(familyNamed(family), axes), storage };
}

function headsOf(mixer: Exclude<Mixer, { kind: "mla" }>): Axes {
  const { heads: H, keyDim: K, valueDim: V } = mixer;
  if (mixer.kind !== "gqa") return { H, K, V };
  return { H, G: mixer.kvHeads === H ? 0 : mixer.kvHeads, K, V };
}

/** The cache's row is fixed in mla_decode. */
function checkLatent({ latentDim, ropeDim }: Extract<Mixer, { kind: "mla" }>): void {
  if (latentDim !== 512 || ropeDim !== 64) {
    throw new RangeError(
      `A latent must have 512 channels and the shared key 64, current values are ${latentDim} and ${ropeDim}`,
    );
  }
}

function checkGroups({ heads, kvHeads }: Extract<Mixer, { kind: "gqa" }>): void {
  if (heads % kvHeads !== 0) {
    throw new RangeError(`heads must be a multiple of kvHeads=${kvHeads}, current value is ${heads}`);
  }
}
