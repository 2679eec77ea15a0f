import type { AnyFamily, Tensors } from "./family.ts";

/**
 * Inputs as a caller may hold them in any storage: those that may be stored in f16 rounded to it, so that one reference
 * serves every storage type, and an error is the kernel's and not that of rounding its inputs.
 */
export function storable({ space }: AnyFamily, inputs: Tensors): Tensors {
  const halves = new Set(
    Object.values(space.tunables).flatMap(({ storageOf, values }) =>
      values.includes("f16") ? storageOf ?? [] : []
    ),
  );
  return Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => [
      name,
      halves.has(name)
        ? { shape: tensor.shape, data: new Float32Array(new Float16Array(tensor.data)) }
        : tensor,
    ]),
  );
}
