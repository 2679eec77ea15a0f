import { completeAxes } from "../../kernels/core/axes.ts";
import type { AnyFamily, Axes } from "../../kernels/core/family.ts";

/** Default axes in every combination of the axes that have a few legal values (K and V of KDA): each its own WGSL. */
export function shapesOf(family: AnyFamily): Axes[] {
  let shapes: Record<string, number>[] = [{}];
  for (const [name, { oneOf }] of Object.entries(family.axes)) {
    if (oneOf) shapes = shapes.flatMap((shape) => oneOf.map((value) => ({ ...shape, [name]: value })));
  }
  return shapes.map((shape) => completeAxes(family, shape));
}

/** The sizes a variant is verified at, and the smallest there are. */
export function verifySizes(family: AnyFamily, shape: Axes): Axes[] {
  const smallest = Object.fromEntries(
    Object.entries(shape).map((
      [name, size],
    ) => [name, family.axes[name].oneOf ? size : family.axes[name].min]),
  );
  return [...family.verifyAxes(shape), smallest];
}
