import type { Curve } from "./curve.ts";

/** Ends of a logarithmic axis that holds every interval, with some air. */
export function logDomain(curves: readonly Curve[], also: readonly number[] = []): [number, number] {
  const values = [...curves.flatMap((c) => c.points.flatMap((p) => [p.low, p.high])), ...also];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = Math.max(1.08, (high / low) ** 0.04);
  return [low / air, high * air];
}

/** Ticks at powers of ten; at 1, 2 and 5 times one where those would be few, at even steps where those would. */
export function decadeTicks([low, high]: readonly [number, number]): number[] {
  if (low === high) return [low];
  const from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high));
  const at = (steps: readonly number[]) =>
    Array.from({ length: to - from + 1 }, (_, i) => steps.map((step) => step * 10 ** (from + i)))
      .flat().map((tick) => Number(tick.toPrecision(1))).filter((tick) => tick >= low && tick <= high);
  return [at([1]), at([1, 2, 5])].find((ticks) => ticks.length >= 3) ?? evenTicks(low, high);
}

/** Two to six ticks at multiples of 1, 2 or 5 times a power of ten. */
function evenTicks(low: number, high: number): number[] {
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough)!;
  const first = Math.ceil(low / step), count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Those of the lengths that have room for a label on an axis of `pixels`, the longest among them. */
export function labelledLengths(lengths: readonly number[], pixels: number): number[] {
  const span = Math.log(lengths.at(-1)! / lengths[0]) || 1;
  const shown: number[] = [];
  for (const tokens of lengths.toReversed()) {
    const room = shown.length === 0 ? Infinity : pixels * Math.log(shown[0] / tokens) / span;
    if (room >= 34) shown.unshift(tokens);
  }
  return shown;
}

/** Ticks at powers of two, every second one or fewer where there are many. */
export function powerTicks([low, high]: readonly [number, number], most = 8): number[] {
  const from = Math.ceil(Math.log2(low)), to = Math.floor(Math.log2(high));
  const step = Math.max(1, Math.ceil((to - from + 1) / most));
  const powers = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  return powers.filter((power) => power % step === 0).map((power) => 2 ** power);
}

/** Moves labels at those heights, pixels, apart to `gap`, within `top` and `bottom`; the order stays. */
export function spread(heights: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const placed = heights.map((height) => Math.min(bottom, Math.max(top, height)));
  // Down from the top, then back up from the bottom where that went too far.
  for (let i = 1; i < order.length; i++) {
    placed[order[i]] = Math.max(placed[order[i]], placed[order[i - 1]] + gap);
  }
  let limit = bottom;
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i], limit);
    limit = placed[i] - gap;
  }
  return placed;
}
