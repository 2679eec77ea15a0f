import type { AnyFamily, Axes, AxisSpec, Tensor, Tensors, TensorSpec } from "./family.ts";

/** The axis along which calls fall apart: no head reads what belongs to another. */
const HEADS = "H";

/** What one head needs of a call. */
export interface HeadCall {
  readonly axes: Axes;
  readonly inputs: Tensors;
}

/** Heads of a call that can be computed apart. */
export function headsOf(axes: Axes): number {
  return axes[HEADS] ?? 1;
}

/** The call of head `head` alone: its slice of tensors with heads, or with an axis they share; the others as they are. */
export function oneHead(family: AnyFamily, axes: Axes, inputs: Tensors, head: number): HeadCall {
  const heads = headsOf(axes);
  const sliced = Object.entries(inputs).map(([name, tensor]): [string, Tensor] => {
    const at = headAxis(family.inputs[name], family.axes);
    if (at < 0) return [name, tensor];
    const members = tensor.shape[at];
    return [name, slice(tensor, at, Math.floor(head / (heads / members)))];
  });
  const alone = Object.entries(axes).map(([letter, size]) =>
    isHeads(letter, family.axes) ? [letter, Math.min(1, size)] : [letter, size]
  );
  return { axes: Object.fromEntries(alone), inputs: Object.fromEntries(sliced) };
}

/** Outputs of a whole call from those of every head's. */
export function joinHeads(family: AnyFamily, heads: readonly Tensors[]): Tensors {
  return Object.fromEntries(
    Object.entries(family.outputs).map(([name, spec]) => {
      const at = headAxis(spec, family.axes);
      return [name, at < 0 ? heads[0][name] : join(heads.map((outputs) => outputs[name]), at)];
    }),
  );
}

const isHeads = (letter: string | number, axes: Readonly<Record<string, AxisSpec>>) =>
  letter === HEADS || axes[letter]?.sharedBy === HEADS;

function headAxis({ shape }: TensorSpec, axes: Readonly<Record<string, AxisSpec>>): number {
  return shape.findIndex((letter) => isHeads(letter, axes));
}

const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);

function slice({ shape, data }: Tensor, at: number, index: number): Tensor {
  const inner = product(shape.slice(at + 1));
  const rows = product(shape.slice(0, at));
  const part = emptyLike(data, rows * inner);
  for (let row = 0; row < rows; row++) {
    const from = (row * shape[at] + index) * inner;
    part.set(data.subarray(from, from + inner), row * inner);
  }
  return { shape: shape.with(at, 1), data: part };
}

function join(parts: readonly Tensor[], at: number): Tensor {
  const { shape, data } = parts[0];
  const inner = product(shape.slice(at + 1));
  const rows = product(shape.slice(0, at));
  const whole = emptyLike(data, rows * parts.length * inner);
  parts.forEach((part, index) => {
    for (let row = 0; row < rows; row++) {
      whole.set(part.data.subarray(row * inner, (row + 1) * inner), (row * parts.length + index) * inner);
    }
  });
  return { shape: shape.with(at, parts.length), data: whole };
}

function emptyLike(data: Tensor["data"], length: number): Tensor["data"] {
  if (data instanceof Float64Array) return new Float64Array(length);
  return data instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
}
