import type { Random } from "../core/random.ts";

/** Elements drawn before they repeat: a cache of a million tokens is filled in seconds. */
const BLOCK = 1 << 20;

/** Normal numbers of RMS `size`, the same block of them over and over. */
export function repeatedNormal(length: number, size: number, random: Random): Float32Array {
  const data = new Float32Array(length);
  const drawn = Math.min(length, BLOCK);
  for (let i = 0; i < drawn; i++) data[i] = size * random.normal();
  for (let filled = drawn; filled < length; filled *= 2) {
    data.copyWithin(filled, 0, Math.min(filled, length - filled));
  }
  return data;
}
