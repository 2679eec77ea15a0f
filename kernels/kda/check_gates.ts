import type { Tensors } from "../core/family.ts";

/** Throws RangeError naming the first gate above 0: a state that grows without bound is no decay. */
export function checkGates(inputs: Tensors): void {
  const at = inputs.g.data.findIndex((x: number) => x > 0);
  if (at >= 0) {
    throw new RangeError(
      `Tensor g holds ${
        inputs.g.data[at]
      } at element ${at}: gates are natural logs of a decay and must be <= 0`,
    );
  }
}
