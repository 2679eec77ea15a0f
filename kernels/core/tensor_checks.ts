import type { AnyFamily, Axes, Tensors } from "./family.ts";

const show = (shape: readonly (string | number)[]) => `[${shape.join(", ")}]`;

/**
 * Reads axis sizes off tensor shapes. Throws TypeError for a missing tensor, and for shapes that disagree with the
 * family's declaration or with each other, naming both.
 */
export function axesFromShapes(family: AnyFamily, inputs: Tensors): Axes {
  const sizes: Record<string, { value: number; by: string }> = {};
  for (const [name, spec] of Object.entries(family.inputs)) {
    const tensor = inputs[name];
    if (!tensor) {
      if (spec.optional) continue;
      throw new TypeError(`Missing tensor "${name}" of ${family.name}: it takes ${name} ${show(spec.shape)}`);
    }
    if (tensor.shape.length !== spec.shape.length) {
      throw new TypeError(
        `Tensor ${name} has shape ${show(tensor.shape)}, and ${family.name} takes ${show(spec.shape)}`,
      );
    }
    spec.shape.forEach((axis, i) => {
      const size = tensor.shape[i];
      if (typeof axis === "number") {
        if (axis !== size) {
          throw new TypeError(
            `Tensor ${name} has shape ${show(tensor.shape)}, and ${family.name} takes ${show(spec.shape)}`,
          );
        }
        return;
      }
      const known = sizes[axis];
      if (known && known.value !== size) {
        throw new TypeError(
          `Tensor ${name} has shape ${show(tensor.shape)}, so ${axis} is ${size}, but ${known.by} has shape ${
            show(inputs[known.by].shape)
          }, so ${axis} is ${known.value}`,
        );
      }
      sizes[axis] ??= { value: size, by: name };
    });
  }
  return Object.fromEntries(
    Object.keys(family.axes).filter((a) => a in sizes).map((a) => [a, sizes[a].value]),
  );
}

/** Throws RangeError naming the first tensor that holds a NaN or an infinity, and where. */
export function checkFinite(inputs: Tensors): void {
  for (const [name, tensor] of Object.entries(inputs)) {
    const at = tensor.data.findIndex((x: number) => !Number.isFinite(x));
    if (at >= 0) {
      throw new RangeError(
        `Tensor ${name} holds ${tensor.data[at]} at element ${at}: every value must be finite`,
      );
    }
  }
}
