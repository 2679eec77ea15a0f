import { UserError } from "./user_error.ts";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3 };

/** Reads "90s", "2m" or "1h" as milliseconds. Throws UserError for anything else, and for nothing. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text.trim());
  const ms = match ? Number(match[1]) * UNIT_MS[match[2]] : 0;
  if (ms <= 0) {
    throw new UserError(
      `Cannot read the budget "${text}": it must be a time above zero such as 90s, 2m or 1h`,
    );
  }
  return ms;
}

/** Prints microseconds with three digits and a fitting unit. */
export function formatUs(us: number): string {
  const size = Math.abs(us);
  if (size >= 1e6) return `${(us / 1e6).toPrecision(3)} s`;
  if (size >= 1e3) return `${(us / 1e3).toPrecision(3)} ms`;
  return `${us.toPrecision(3)} us`;
}
