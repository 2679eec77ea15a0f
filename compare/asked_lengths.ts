/** Powers of two from `from` to `to` tokens. Throws RangeError where there is none between. */
export function lengthsBetween(from: number, to: number): number[] {
  const lengths: number[] = [];
  for (let tokens = 1; tokens <= to; tokens *= 2) if (tokens >= from) lengths.push(tokens);
  if (lengths.length === 0) {
    throw new RangeError(
      `Cannot compare between ${from} and ${to} tokens: no power of two lies there, so that there is no length to measure`,
    );
  }
  return lengths;
}

/** Where the curves begin when only their end is given: 4096, or three doublings before a shorter end. */
export function firstLength(maxTokens: number): number {
  return Math.max(1, Math.min(4096, Math.floor(maxTokens / 8)));
}

/** Tokens of a window behind a prefix: long enough to fill a GPU where the lengths allow it. */
export function windowTokensFor(maxTokens: number): number {
  return Math.max(1, Math.min(2048, Math.floor(maxTokens / 8)));
}
