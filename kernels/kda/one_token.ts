import type { Axes, Scalars, Tensor, Tensors } from "../core/family.ts";
import type { GateKind } from "./gates.ts";
import { kdaInputs } from "./inputs.ts";
import { recurrence } from "./recurrence.ts";

/** Tensors that hold no state have a T axis in the recurrence, and none in a family of one token. */
const isPerToken = (name: string) => !name.endsWith("_state");
const mapShapes = (tensors: Tensors, change: (shape: readonly number[]) => readonly number[]): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]): [string, Tensor] => [
      name,
      isPerToken(name) ? { ...tensor, shape: change(tensor.shape) } : tensor,
    ]),
  );
const withT = ([N, ...rest]: readonly number[]) => [N, 1, ...rest];
const withoutT = ([N, , ...rest]: readonly number[]) => [N, ...rest];
const asSequences = ({ N, ...axes }: Axes): Axes => ({ ...axes, B: N, T: 1 });

/** The recurrence for one token of N sequences: q, k, v, g, beta and o have no T axis. */
export function oneTokenRecurrence(axes: Axes, inputs: Tensors, scalars?: Scalars): Tensors {
  return mapShapes(recurrence(asSequences(axes), mapShapes(inputs, withT), scalars), withoutT);
}

/** Seeded inputs for one token of N sequences, ordinary ones or of a regime. */
export function oneTokenInputs(axes: Axes, seed: number, regime?: string, gates?: GateKind): Tensors {
  return mapShapes(kdaInputs(asSequences(axes), seed, regime, gates), withoutT);
}
