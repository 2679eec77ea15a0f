/** RMS of the error over RMS of the reference; NaN where any value is, the plain RMS error for an all-zero reference. */
export function errorRatio(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) {
    throw new TypeError(`Cannot compare ${actual.length} values with ${expected.length}`);
  }
  let error = 0;
  let reference = 0;
  for (let i = 0; i < expected.length; i++) {
    error += (actual[i] - expected[i]) ** 2;
    reference += expected[i] ** 2;
  }
  return reference > 0 ? Math.sqrt(error / reference) : Math.sqrt(error / Math.max(1, expected.length));
}
