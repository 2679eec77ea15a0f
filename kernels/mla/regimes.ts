import type { Regime } from "../core/regimes.ts";

/** What sets a regime's scores apart from the ordinary ones. */
export interface MlaRegime extends Regime {
  /** Added to the scores of a sequence's key, of so many; nats. */
  nats(key: number, keys: number): number;
  /** Size of the rest of a query, on which the rest of the scores hangs; 1 where not given. */
  readonly queries?: number;
  /** Size of the values; 1 where not given. A power of two, so that no bit is lost. */
  readonly values?: number;
}

/** How far apart scores get: e^-60 is nothing beside 1, in f16 and in f32. */
const APART = 60;

/** Inputs that are hard on a softmax that goes through its keys tile by tile. */
export const mlaRegimes: Readonly<Record<string, MlaRegime>> = {
  rising: {
    doc: `scores that rise by ${APART} nats from the first key to the last: the running maximum never rests`,
    nats: (key, keys) => APART * (key + 1) / keys,
  },
  falling: {
    doc: `scores that fall by ${APART} nats from the first key to the last: later tiles weigh nothing`,
    nats: (key, keys) => APART * (1 - (key + 1) / keys),
  },
  peaked: {
    doc: `one key in the middle ${APART} nats above all others: what was summed before it must go`,
    nats: (key, keys) => key === Math.floor(keys / 2) ? APART : 0,
  },
  flat: {
    doc: "queries of zero: every score the same, outputs plain means of many values",
    nats: () => 0,
    queries: 0,
  },
  large: {
    doc: "scores around 100 nats, values in the hundreds",
    nats: () => 100,
    values: 64,
  },
};

/**
 * What every query holds in the channel that steers scores. That is the last one, which a sum over channels meets last:
 * met first, 60 nats cost each of the others' terms bits that f32 does not have, and errors of 1e-5 say nothing of a softmax.
 */
export const STEER = 4;

/** What a key holds there for so many nats more: a whole number, exact in f16. */
export function steeringKey(nats: number, scale: number): number {
  return Math.round(nats / (STEER * scale));
}
