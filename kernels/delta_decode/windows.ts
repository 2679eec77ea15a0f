import type { Axes, Capabilities, Range } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";

/** Heads one pass works on: all, or as many as one binding of the state holds. */
export interface Window {
  /** Heads of all sequences, counted through. */
  readonly heads: number;
  /** What the pass sees of each buffer; absent where it sees all. */
  readonly ranges?: Readonly<Record<string, Range>>;
}

/** A multiple of as many heads begins at a multiple of 256 bytes in every buffer; beta, and the gate of some families, is one f32 a head. */
const ALIGNED_HEADS = 64;

/** The windows of a call. One that no binding can hold stays whole, for `fit` to refuse with the reason. */
export function windowsOf(
  { N, H, K, V }: Axes,
  gates: number,
  elem: "f32" | "f16",
  device: Capabilities,
): Window[] {
  const all = N * H;
  const most = device.limits.maxStorageBufferBindingSize / (K * V * DTYPE_BYTES[elem]);
  const heads = Math.floor(most / ALIGNED_HEADS) * ALIGNED_HEADS;
  if (all <= most || heads === 0) return [{ heads: all }];
  const perHead = { q: K, k: K, v: V, g: gates, beta: 1, state: K * V, o: V };
  return Array.from({ length: Math.ceil(all / heads) }, (_, i) => {
    const first = i * heads;
    const taken = Math.min(heads, all - first);
    const range = (size: number): Range => ({ offset: first * size, length: taken * size });
    return {
      heads: taken,
      ranges: Object.fromEntries(Object.entries(perHead).map(([name, size]) => [name, range(size)])),
    };
  });
}
