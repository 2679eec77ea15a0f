import type { How } from "./comparison.ts";

/** A length in tokens as figures and tables name it: 4K, 512K, 1M, in powers of two; other lengths in full. */
export function formatTokens(tokens: number): string {
  if (tokens >= 2 ** 20 && tokens % 2 ** 20 === 0) return `${tokens / 2 ** 20}M`;
  if (tokens >= 2 ** 10 && tokens % 2 ** 10 === 0) return `${tokens / 2 ** 10}K`;
  return `${tokens}`;
}

/** A length that was computed, such as a crossover: 13K, 870. */
export function formatRoughTokens(tokens: number): string {
  if (tokens < 2 ** 10) return `${Math.round(tokens)}`;
  const [size, unit] = tokens < 2 ** 20 ? [tokens / 2 ** 10, "K"] : [tokens / 2 ** 20, "M"];
  return `${size < 10 ? size.toFixed(1).replace(/\.0$/, "") : Math.round(size)}${unit}`;
}

/** Three digits, never in powers of ten: 0.0123, 1.23, 123, 12345. */
export function threeDigits(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  // Rounding may carry: 9.996 is 10.0, not 10.00.
  const rounded = Number(value.toFixed(digits));
  return value.toFixed(Math.max(0, Math.min(digits, 2 - Math.floor(Math.log10(Math.abs(rounded || value))))));
}

/** A ratio with three digits, or more where they would hide on which side of 1 it lies. */
export function formatFactor(factor: number): string {
  const short = threeDigits(factor);
  return short === "1.00" && factor !== 1 ? factor.toFixed(4) : short;
}

/** How far a factor above 1 lies above it, in percent: 0.17, 2.3, 12. */
export function percentAbove(factor: number): string {
  const percent = 100 * (factor - 1);
  return percent >= 10 ? `${Math.round(percent)}` : percent.toPrecision(2);
}

/** Microseconds with three digits and a fitting unit. */
export function formatTime(us: number): string {
  const [size, unit] = us >= 1e6 ? [1e6, "s"] : us >= 1e3 ? [1e3, "ms"] : [1, "us"];
  return `${threeDigits(us / size)} ${unit}`;
}

/** The same with the sign of micro, for figures. */
export function formatMicroseconds(us: number): string {
  return formatTime(us).replace("us", "µs");
}

/** A time on an axis, without digits it does not need: 1 s, 200 µs. */
export function formatTick(us: number): string {
  return withoutZeros(formatMicroseconds(us));
}

/** Bytes on an axis: 1 GiB, 256 MiB. */
export function formatByteTick(bytes: number): string {
  return withoutZeros(formatBytes(bytes));
}

/** A number and its unit, without zeros behind the point. */
export function withoutZeros(text: string): string {
  return text.replace(/\.0+ /, " ").replace(/(\.\d*?)0+ /, "$1 ");
}

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes with three digits in powers of 1024. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(BINARY.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${threeDigits(bytes / 1024 ** power)} ${BINARY[power]}`;
}

/** A share as percent, without a digit behind the point it does not need. */
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** How a number was come by, behind it: nothing where it was measured, `i` integrated, `~` and `p` projected. */
export function marked(text: string, how: How): string {
  return how === "measured" ? text : how === "integrated" ? `${text} i` : `~${text} p`;
}

/** What the marks mean, in one sentence each. */
export const MARKS: Readonly<Record<How, string>> = {
  measured: "No mark: measured, it ran at this size.",
  integrated: "i: integrated, summed from windows that ran at several prefix lengths.",
  projected: "~ and p: projected, a fit or a bound at least in part; nothing of this size ran whole.",
};
