import type { Random } from "../core/random.ts";
import type { Regime } from "../core/regimes.ts";

/** What sets a regime's tensors apart from the ordinary ones. */
export interface KdaRegime extends Regime {
  /** A gate; tokens and channels draw from a table of these. */
  gate(random: Random): number;
  /** Whether gates grow from head to head, up to what `gate` draws in the last one. */
  readonly perHead?: true;
  /** Part of a key that all tokens of a head have in common; 0 where not given. */
  readonly keysInCommon?: number;
  /** Added to beta before its sigmoid. */
  readonly betaShift?: number;
}

const softplus = (x: number) => Math.log1p(Math.exp(x));
/** Logsigmoid of a normal value, `size` times as strong. */
const decay = (random: Random, size: number) => -size * softplus(-random.normal());

/** Inputs that are hard on a KDA kernel, as in the reference cases of tests/fixtures. */
export const kdaRegimes: Readonly<Record<string, KdaRegime>> = {
  strong: {
    doc: "gates of -A softplus(2 + normal), A up to 16 from head to head: without a bound, to below -100",
    gate: (random) => -16 * softplus(2 + random.normal()),
    perHead: true,
  },
  floor: {
    doc: "every gate at -5, where models with bounded gates end",
    gate: () => -5,
  },
  masked: {
    doc: "one gate in ten -1000, the others around -0.08: states cut off anywhere",
    gate: (random) => random.uniform() < 0.1 ? -1000 : decay(random, 0.1),
  },
  weak: {
    doc: "gates from -1e-3 to 0: next to no decay, states that remember everything",
    gate: (random) => -1e-3 * random.uniform(),
  },
  correlated: {
    doc: "keys 0.9 common and 0.1 their own, beta around 0.95, weak gates: a badly conditioned inverse",
    gate: (random) => decay(random, 0.01),
    keysInCommon: 0.9,
    betaShift: 3,
  },
};
