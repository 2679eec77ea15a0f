import { UserError } from "./user_error.ts";

const UNITS: Readonly<Record<string, number>> = {
  MB: 1e6,
  GB: 1e9,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Reads "24GiB" or "141GB" as bytes. Throws UserError for anything else, and for nothing. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(MB|GB|MiB|GiB)$/.exec(text.trim());
  const bytes = match ? Number(match[1]) * UNITS[match[2]] : 0;
  if (bytes <= 0) {
    throw new UserError(
      `Cannot read the size "${text}": it must be a size above zero such as 24GiB, 800MiB or 141GB`,
    );
  }
  return Math.floor(bytes);
}
