import type { BufferSpec } from "../../kernels/core/family.ts";
import {
  decodeBuffer,
  encodeOnce,
  encodeTensor,
  poisonBlock,
  repeatedBlock,
} from "../../tuner/buffer_codec.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

const spec = (dtype: BufferSpec["dtype"], length: number): BufferSpec => ({
  name: "x",
  dtype,
  length,
  role: "input",
  from: "x",
});
const row = (...values: number[]) => ({ shape: [values.length], data: Float32Array.of(...values) });

Deno.test("encodeTensor() and decodeBuffer() are inverses for values the type holds", () => {
  for (const dtype of ["f32", "f16", "i32"] as const) {
    const bytes = encodeTensor(row(1, -2, 3), spec(dtype, 3));
    assertEquals(bytes.byteLength % 4, 0);
    assertEquals([...decodeBuffer(bytes.buffer, spec(dtype, 3)).data], [1, -2, 3]);
  }
});

Deno.test("a swapped buffer holds every matrix of the tensor the other way round", () => {
  const swapped: BufferSpec = { ...spec("f32", 12), swapped: [2, 3] };
  const bytes = encodeTensor(row(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15), swapped);
  assertEquals([...new Float32Array(bytes.buffer)], [0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15]);
  assertEquals([...decodeBuffer(bytes.buffer, swapped).data], [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]);
});

Deno.test("encodeTensor() refuses another number of elements", () => {
  assertThrows(() => encodeTensor(row(1, 2), spec("f32", 3)), TypeError, "2 elements");
});

Deno.test("poisonBlock() is NaN in every float", () => {
  for (const dtype of ["f32", "f16"] as const) {
    assert(decodeBuffer(poisonBlock(spec(dtype, 5)).buffer, spec(dtype, 5)).data.every(Number.isNaN));
  }
});

Deno.test("encodeTensor() gives each of several buffers its part of a tensor, and checks the whole", () => {
  const part = (offset: number) => ({ ...spec("f32", 2), part: { offset, of: 4 } });
  const bytes = encodeTensor(row(1, 2, 3, 4), part(2));
  assertEquals([...new Float32Array(bytes.buffer)], [3, 4]);
  assertThrows(() => encodeTensor(row(1, 2), part(2)), TypeError, "the plan takes 4");
});

Deno.test("repeatedBlock() holds whole copies in whole words, odd f16 lengths too", () => {
  const block = repeatedBlock(row(1, 2, 3), spec("f16", 1000), 40);
  assertEquals(block.byteLength, 36);
  assertEquals([...new Float16Array(block.buffer).subarray(0, 7)], [1, 2, 3, 1, 2, 3, 1]);
  assertEquals(repeatedBlock(row(1, 2, 3), spec("f32", 1), 4).byteLength, 24);
});

Deno.test("encodeOnce() encodes a tensor once for each type and part, and says the same", () => {
  const encode = encodeOnce();
  const tensor = row(1, 2, 3, 4);
  for (const each of [spec("f32", 4), spec("f16", 4)]) {
    assertEquals(encode(tensor, each), encodeTensor(tensor, each));
    assert(encode(tensor, each) === encode(tensor, { ...each, name: "another" }));
  }
  assert(encode(tensor, spec("f32", 4)) !== encode(row(1, 2, 3, 4), spec("f32", 4)));
});
