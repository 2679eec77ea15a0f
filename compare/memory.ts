import type { Mixer, Model } from "./model.ts";
import { parametersOf } from "./projections.ts";

/** Bytes of a stored activation: caches and conv states are in 16 bits, recurrent states in f32. */
const HALF = 2;
const FULL = 4;

/** What sequences of one length keep on the device, in all layers, bytes. */
export interface Kept {
  /** Keys and values or latents, growing with every token. */
  readonly cacheBytes: number;
  /** Recurrent states. */
  readonly stateBytes: number;
  /** The last inputs of short convolutions. */
  readonly convBytes: number;
}

/** Cache of one token in one layer, bytes. */
export function cacheBytesPerToken(mixer: Mixer): number {
  switch (mixer.kind) {
    case "mla":
      return (mixer.latentDim + mixer.ropeDim) * HALF;
    case "gqa":
      return mixer.kvHeads * (mixer.keyDim + mixer.valueDim) * HALF;
    default:
      return 0;
  }
}

/** Recurrent state of one sequence in one layer, f32 [heads, K, V], bytes. */
export function stateBytes(mixer: Mixer): number {
  return "convWidth" in mixer ? mixer.heads * mixer.keyDim * mixer.valueDim * FULL : 0;
}

/** What a layer's convolutions on q, k and v keep of one sequence: all but the newest of the tokens they see, bytes. */
export function convBytes(mixer: Mixer): number {
  if (!("convWidth" in mixer)) return 0;
  return Math.max(0, mixer.convWidth - 1) * mixer.heads * (2 * mixer.keyDim + mixer.valueDim) * HALF;
}

/** What `sequences` of `tokens` keep in all layers of a model. */
export function keptBy({ layers }: Model, tokens: number, sequences = 1): Kept {
  const sum = (bytesOf: (mixer: Mixer) => number) =>
    layers.reduce((all, { layers, mixer }) => all + layers * bytesOf(mixer), 0) * sequences;
  return {
    cacheBytes: sum(cacheBytesPerToken) * tokens,
    stateBytes: sum(stateBytes),
    convBytes: sum(convBytes),
  };
}

/** All bytes of it. */
export function totalBytes({ cacheBytes, stateBytes, convBytes }: Kept): number {
  return cacheBytes + stateBytes + convBytes;
}

/**
 * Sequences of `tokens` a memory of `bytes` has room for beside the model's weights; 0 where not even one fits, undefined
 * where the memory or the weights are not known.
 */
export function largestBatch(
  model: Model,
  tokens: number,
  bytes: number | undefined,
  weightBits: number,
): number | undefined {
  const weights = weightBytes(model, weightBits);
  if (bytes === undefined || weights === 0) return undefined;
  const room = bytes - weights;
  return Math.max(0, Math.floor(room / totalBytes(keptBy(model, tokens))));
}

/** Bytes of the weights; 0 for a model that does not state its projections. */
export function weightBytes(model: Model, weightBits: number): number {
  return (parametersOf(model)?.total ?? 0) * weightBits / 8;
}
