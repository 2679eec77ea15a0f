/** A run of whatever is counted: tokens, sequences, rows. */
export interface Part {
  readonly first: number;
  readonly count: number;
}

/** `length` in parts of `count`, the last of what is left. */
export function slices(length: number, count: number): Part[] {
  return Array.from({ length: Math.ceil(length / count) }, (_, i) => ({
    first: i * count,
    count: Math.min(count, length - i * count),
  }));
}

/** `length` in nearly equal parts of `most` at most (Infinity: one part), which begin at multiples of `aligned` where they hold that much. */
export function evenly(length: number, most: number, aligned: number): Part[] {
  const bound = Math.max(1, most);
  const even = Math.ceil(length / Math.max(1, Math.ceil(length / bound)));
  return slices(length, even === length ? length : Math.min(bound, Math.ceil(even / aligned) * aligned));
}
