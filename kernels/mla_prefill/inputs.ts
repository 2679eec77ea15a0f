import type { Axes, Tensors } from "../core/family.ts";
import { Random } from "../core/random.ts";
import { regimeNamed } from "../core/regimes.ts";
import { mlaRegimes, STEER, steeringKey } from "../mla/regimes.ts";
import { kvHeads } from "./pieces.ts";

/** How far the rising channel gets, in 1 / q there and before the scale: some 9 nats at K = 192. */
const RISE = 32;

/**
 * Normal q, k and v, but for channel 0: there every query is 4 and keys rise in whole numbers, exact in f16, so that the
 * maximum of a query's scores moves on as it meets more keys. A regime steers scores by the last channel in its place.
 */
export function inputsFor(axes: Axes, seed: number, regimeName?: string): Tensors {
  const { B, T, H, K, V, C } = axes;
  const regime = regimeNamed(mlaRegimes, regimeName);
  const G = kvHeads(axes);
  const random = new Random(seed);
  const normal = (shape: number[], size = 1) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => size * random.normal()),
  });
  const q = normal([B, T, H, K], regime?.queries);
  const k = normal([B, C + T, G, K]);
  const channel = regime ? K - 1 : 0;
  for (let row = 0; row < B * T * H; row++) q.data[row * K + channel] = STEER;
  for (let row = 0; row < B * (C + T) * G; row++) {
    const key = Math.floor(row / G) % (C + T);
    k.data[row * K + channel] = regime
      ? steeringKey(regime.nats(key, C + T), K ** -0.5)
      : Math.round(RISE * (key + 1) / (C + T));
  }
  return { q, k, v: normal([B, C + T, G, V], regime?.values) };
}
