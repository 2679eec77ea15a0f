import type { BufferSpec, Tensor } from "../kernels/core/family.ts";
import { bufferBytes } from "../kernels/core/fit.ts";
import { swapLastAxes } from "../kernels/core/swap_axes.ts";

/**
 * Bytes of a host tensor, or of the part a buffer holds, in its storage type and order. Throws TypeError where the
 * element counts differ.
 */
export function encodeTensor(tensor: Tensor, spec: BufferSpec): Uint8Array<ArrayBuffer> {
  const { offset, of } = spec.part ?? { offset: 0, of: spec.length };
  if (tensor.data.length !== of) {
    throw new TypeError(
      `Cannot upload ${spec.from}: it has ${tensor.data.length} elements of shape [${
        tensor.shape.join(", ")
      }], and the plan takes ${of}`,
    );
  }
  const bytes = new Uint8Array(bufferBytes(spec));
  const held = tensor.data.subarray(offset, offset + spec.length);
  const { data } = spec.swapped ? swapLastAxes({ shape: spec.swapped, data: held }) : { data: held };
  bytes.set(new Uint8Array(typed(data, spec.dtype).buffer));
  return bytes;
}

/** encodeTensor() for tensors that many plans take: bytes are made once for each type, order and part. */
export function encodeOnce(): typeof encodeTensor {
  const known = new WeakMap<Tensor, Map<string, Uint8Array<ArrayBuffer>>>();
  return (tensor, spec) => {
    const forms = known.get(tensor) ?? new Map();
    known.set(tensor, forms);
    const form = JSON.stringify([spec.dtype, spec.length, spec.part, spec.swapped]);
    if (!forms.has(form)) forms.set(form, encodeTensor(tensor, spec));
    return forms.get(form)!;
  };
}

/** A tensor in a buffer's storage type, whole copies one after the other: up to `most` bytes, or what the buffer takes. */
export function repeatedBlock(tensor: Tensor, spec: BufferSpec, most: number): Uint8Array<ArrayBuffer> {
  // Two copies keep an odd number of f16 at whole words.
  const data = new Float32Array(2 * tensor.data.length);
  data.set(tensor.data);
  data.set(tensor.data, tensor.data.length);
  const pair = encodeTensor({ shape: [data.length], data }, {
    ...spec,
    length: data.length,
    part: undefined,
  });
  const copies = Math.max(1, Math.floor(Math.min(most, bufferBytes(spec)) / pair.byteLength));
  const block = new Uint8Array(copies * pair.byteLength);
  for (let i = 0; i < copies; i++) block.set(pair, i * pair.byteLength);
  return block;
}

/** The host tensor, or the part of one, in a buffer's bytes, flat. */
export function decodeBuffer(bytes: ArrayBuffer, spec: BufferSpec): Tensor {
  const data = spec.dtype === "f32"
    ? new Float32Array(bytes, 0, spec.length)
    : spec.dtype === "f16"
    ? Float32Array.from(new Float16Array(bytes, 0, spec.length))
    : new Int32Array(bytes, 0, spec.length);
  if (!spec.swapped) return { shape: [spec.length], data };
  return { shape: [spec.length], data: swapLastAxes({ shape: spec.swapped.toReversed(), data }).data };
}

const POISON_BYTES = 1 << 20;

/** A block to repeat: NaN in every element (all ones for integers), so that an element no thread wrote shows. */
export function poisonBlock(spec: BufferSpec): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Math.min(POISON_BYTES, bufferBytes(spec))).fill(0xff);
}

function typed(data: Tensor["data"], dtype: BufferSpec["dtype"]) {
  switch (dtype) {
    case "f32":
      return Float32Array.from(data);
    case "f16":
      return Float16Array.from(data);
    case "u32":
      return Uint32Array.from(data);
    case "i32":
      return Int32Array.from(data);
  }
}
