import type { Ceilings } from "../profiles/schema.ts";
import type { Estimate } from "./comparison.ts";
import type { Mixer, Model, Projections } from "./model.ts";

/** Weights of a model. */
export interface Parameters {
  readonly total: number;
  /** Used by every token: mixers' projections, dense MLPs, shared experts, router. */
  readonly always: number;
  /** The output head, used by tokens that are followed by a new one. */
  readonly head: number;
  /** Of one routed expert, in all layers that have them. */
  readonly expert: number;
}

/** Parameters of a model, or undefined where it does not state its projections. */
export function parametersOf({ layers, projections: p }: Model): Parameters | undefined {
  if (!p) return undefined;
  const count = layers.reduce((sum, { layers }) => sum + layers, 0);
  const mixers = layers.reduce(
    (sum, { layers, mixer }) => sum + layers * mixerParameters(mixer, p.hidden),
    0,
  );
  const expert = 3 * p.hidden * p.expertWidth * (count - p.denseLayers);
  const dense = 3 * p.hidden * p.denseWidth * p.denseLayers;
  const router = p.hidden * p.experts * (count - p.denseLayers);
  const always = mixers + dense + router + expert * p.sharedExperts;
  const head = p.hidden * p.vocab;
  return { always, head, expert, total: always + expert * p.experts + 2 * head }; // the embedding is as large
}

/** Weights of the products around a mixer, for one layer. */
function mixerParameters(mixer: Mixer, hidden: number): number {
  switch (mixer.kind) {
    case "mla": {
      const { heads, latentDim, ropeDim, nopeDim, valueDim, queryRank } = mixer;
      const queries = heads * (nopeDim + ropeDim);
      const query = queryRank ? queryRank * (hidden + queries) : hidden * queries;
      return query + hidden * (latentDim + ropeDim) + latentDim * heads * (nopeDim + valueDim) +
        heads * valueDim * hidden;
    }
    case "gqa": {
      const { heads, kvHeads, keyDim, valueDim } = mixer;
      return hidden * (heads * (keyDim + valueDim) + kvHeads * (keyDim + valueDim));
    }
    default: {
      const { heads, keyDim, valueDim, convWidth, gateRank, kind } = mixer;
      const [keys, values] = [heads * keyDim, heads * valueDim];
      const low = (width: number) => gateRank ? gateRank * (hidden + width) : hidden * width;
      const decay = kind === "kda" ? low(keys) : hidden * heads;
      return hidden * (2 * keys + values) + decay + low(values) + hidden * heads + values * hidden +
        convWidth * (2 * keys + values);
    }
  }
}

/** Distinct experts that `tokens` at once are expected to use, if each picks evenly. */
function expertsUsed({ experts, expertsPerToken }: Projections, tokens: number): number {
  return experts === 0 ? 0 : experts * (1 - (1 - expertsPerToken / experts) ** tokens);
}

/** How far above the bound real products stay: simple ones reach a quarter of the matrix units' rate, reads most of theirs. */
const FLOPS_SLACK = 4;
const BYTES_SLACK = 1.25;

/**
 * Time of everything around token mixing, us, for `tokens` worked on at once of which `outputs` are followed by a new
 * one: at the least the weights they use read once at the measured bandwidth, or their operations at the measured rate of
 * the products, whichever takes longer. Undefined where the model does not state its projections.
 */
export function projectionTime(
  model: Model,
  { tokens, outputs }: { readonly tokens: number; readonly outputs: number },
  ceilings: Ceilings,
  weightBits: number,
): Pick<Estimate, "us" | "lowUs" | "highUs"> | undefined {
  const parameters = parametersOf(model);
  if (!parameters || !model.projections) return undefined;
  const { always, head, expert } = parameters;
  const { expertsPerToken } = model.projections;
  const bytes = (always + head + expert * expertsUsed(model.projections, tokens)) * weightBits / 8;
  const flops = 2 * (tokens * (always + expert * expertsPerToken) + outputs * head);
  const readUs = bytes / ceilings.readGBps / 1e3;
  const computeUs = flops / (ceilings.matrixTflops ?? ceilings.f32Tflops) / 1e6;
  const us = Math.max(readUs, computeUs);
  return { us, lowUs: us, highUs: Math.max(readUs * BYTES_SLACK, computeUs * FLOPS_SLACK) };
}
