import { Random } from "../kernels/core/random.ts";

/** The middle value; the mean of the middle two for an even count. Throws RangeError for no values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take the median of no values");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median absolute deviation from the median. */
export function medianDeviation(values: readonly number[]): number {
  const center = median(values);
  return median(values.map((x) => Math.abs(x - center)));
}

/** Percentile bootstrap 95 % interval of the median, seeded so that it can be repeated. */
export function medianInterval(values: readonly number[], resamples = 400): { low: number; high: number } {
  const random = new Random(values.length);
  const medians = Array.from(
    { length: resamples },
    () => median(values.map(() => values[random.below(values.length)])),
  ).sort((a, b) => a - b);
  return { low: medians[Math.floor(resamples * 0.025)], high: medians[Math.ceil(resamples * 0.975) - 1] };
}
