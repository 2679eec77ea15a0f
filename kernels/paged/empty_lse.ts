/** lse of a sequence without tokens: finite, so that it merges with weight 0 and never makes a NaN. */
export const EMPTY_LSE = Math.fround(-1e30);
