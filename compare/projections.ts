import type { Ceilings } from "../profiles/schema.ts";
import type { Mixer, Model, Projections } from "./model.ts";

/** Weights of a model. */
export interface Parameters {
  readonly total: number;
  /** Used by every token: mixers' projections, dense MLPs, shared experts, router and output head. */
  readonly always: number;
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
  const always = mixers + dense + router + expert * p.sharedExperts + p.hidden * p.vocab;
  return { always, expert, total: always + expert * p.experts + p.hidden * p.vocab };
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

/**
 * Least time of everything around token mixing, us, for `tokens` worked on at once: the weights they use read once at
 * the measured bandwidth, or their operations at the measured rate of the products, whichever takes longer. Undefined
 * where the model does not state its projections.
 */
export function projectionUs(
  model: Model,
  tokens: number,
  ceilings: Ceilings,
  weightBits: number,
): number | undefined {
  const parameters = parametersOf(model);
  if (!parameters || !model.projections) return undefined;
  const { always, expert } = parameters;
  const { expertsPerToken } = model.projections;
  const bytes = (always + expert * expertsUsed(model.projections, tokens)) * weightBits / 8;
  const flops = 2 * tokens * (always + expert * expertsPerToken);
  const tflops = ceilings.matrixTflops ?? ceilings.f32Tflops;
  return Math.max(bytes / ceilings.readGBps / 1e3, flops / tflops / 1e6);
}
