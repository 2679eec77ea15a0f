import type { Tensor } from "./family.ts";

/** A tensor with its last two axes exchanged, as [N, H, K, V] and [N, H, V, K]. */
export function swapLastAxes<T extends Tensor>({ shape, data }: T): T {
  const [rows, columns] = shape.slice(-2);
  const swapped = data.slice();
  for (let matrix = 0; matrix < data.length; matrix += rows * columns) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        swapped[matrix + column * rows + row] = data[matrix + row * columns + column];
      }
    }
  }
  return { shape: [...shape.slice(0, -2), columns, rows], data: swapped } as unknown as T;
}
