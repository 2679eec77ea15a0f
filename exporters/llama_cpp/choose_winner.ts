import type { DeltaDecodeConfig } from "../../kernels/delta_decode/space.ts";
import type { Winner } from "../../profiles/schema.ts";

/** Whose gate it is, in the families' words: KDA in ggml is `channel`. */
export type Gates = "channel" | "head";

/** Families whose winners say how the step runs, by the gates they have. */
export const FAMILY_OF: Readonly<Record<Gates, string>> = { channel: "kda_decode", head: "gdn_decode" };

export const configOf = (winner: Winner) => winner.config as DeltaDecodeConfig;

/**
 * The winner nearest to ggml's call among those with its f32 states and square heads: states stored [V, K] before others,
 * heads of 128 before those of 64, then the fewest heads, since most callers decode one sequence.
 */
export function chooseWinner(winners: readonly Winner[], gates: Gates): Winner | undefined {
  const order = (w: Winner) => [
    configOf(w).stateLayout === "VK" ? 0 : 1,
    -w.axes.K,
    w.axes.N * w.axes.H,
  ];
  return winners
    .filter((w) => w.family === FAMILY_OF[gates] && configOf(w).stateElem === "f32" && w.axes.K === w.axes.V)
    .toSorted((a, b) => {
      const [first, second] = [order(a), order(b)];
      const differing = first.findIndex((value, i) => value !== second[i]);
      return differing < 0 ? 0 : first[differing] - second[differing];
    })[0];
}
