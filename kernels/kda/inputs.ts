import type { Axes, Tensor, Tensors } from "../core/family.ts";
import { Random } from "../core/random.ts";
import { regimeNamed } from "../core/regimes.ts";
import { type GateKind, gatesOf } from "./gates.ts";
import { type KdaRegime, kdaRegimes } from "./regimes.ts";

const TABLE = 1 << 14;

/** What share of gates odd seeds mask: a gate of a whole head cuts off as much as K of single channels. */
const MASKED: Readonly<Record<GateKind, number>> = { channel: 1 / 512, head: 1 / 32 };

type Fill = (shape: number[], draw: (element: number) => number) => Tensor;

/**
 * Seeded inputs: q, k of unit length, v normal, beta = sigmoid(normal), a small initial state. A token's gates are
 * logsigmoid(normal), or strong (around -5) in one token of four; odd seeds mask one channel in 512, or one
 * head's gate in 32, with -1000. A regime has gates, keys and beta of its own. `g` has a K axis where gates are those of
 * channels.
 */
export function kdaInputs(
  axes: Axes,
  seed: number,
  regimeName?: string,
  gates: GateKind = "channel",
): Tensors {
  const { B, T, H, K, V } = axes;
  const regime = regimeNamed(kdaRegimes, regimeName);
  const random = new Random(seed);
  // Draws from a table: 10^8 samples of Box-Muller would keep a tuner waiting for a minute.
  const normals = Float32Array.from({ length: TABLE }, () => random.normal());
  const normal = () => normals[random.below(TABLE)];
  const fill: Fill = (shape, draw) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < data.length; i++) data[i] = draw(i);
    return { shape, data };
  };
  const shape = gates === "channel" ? [B, T, H, K] : [B, T, H];
  const g = regime
    ? regimeGates(shape, gatesOf(gates, K), regime, random, fill)
    : ordinaryGates(shape, gatesOf(gates, K), seed % 2 === 1 ? MASKED[gates] : 0, normals, random, fill);
  const { keysInCommon = 0, betaShift = 0 } = regime ?? {};
  const common = keysInCommon > 0 ? Float32Array.from({ length: H * K }, () => keysInCommon * normal()) : [0];
  return {
    q: unitRows(fill([B, T, H, K], normal)),
    k: unitRows(fill([B, T, H, K], (i) => common[i % common.length] + (1 - keysInCommon) * normal())),
    v: fill([B, T, H, V], normal),
    g,
    beta: fill([B, T, H], () => 1 / (1 + Math.exp(-normal() - betaShift))),
    initial_state: fill([B, H, K, V], () => 0.1 * normal()),
  };
}

function ordinaryGates(
  shape: number[],
  width: number,
  masked: number,
  normals: Float32Array,
  random: Random,
  fill: Fill,
): Tensor {
  const logSigmoids = normals.map((x) => -Math.log1p(Math.exp(-x)));
  const g = fill(shape, () => logSigmoids[random.below(TABLE)]);
  for (let first = 0; first < g.data.length; first += width) {
    if (random.uniform() < 0.25) {
      for (let d = 0; d < width; d++) g.data[first + d] -= 4.5;
    }
    if (masked > 0) {
      for (let d = 0; d < width; d++) if (random.uniform() < masked) g.data[first + d] = -1000;
    }
  }
  return g;
}

function regimeGates(
  shape: number[],
  width: number,
  regime: KdaRegime,
  random: Random,
  fill: Fill,
): Tensor {
  const H = shape[2];
  const gates = Float32Array.from({ length: TABLE }, () => regime.gate(random));
  const share = (element: number) => regime.perHead ? (Math.floor(element / width) % H + 1) / H : 1;
  return fill(shape, (i) => share(i) * gates[random.below(TABLE)]);
}

function unitRows(tensor: Tensor): Tensor {
  const width = tensor.shape[tensor.shape.length - 1];
  const data = tensor.data;
  for (let row = 0; row < data.length; row += width) {
    let square = 1e-6;
    for (let d = row; d < row + width; d++) square += data[d] ** 2;
    const factor = 1 / Math.sqrt(square);
    for (let d = row; d < row + width; d++) data[d] *= factor;
  }
  return tensor;
}
