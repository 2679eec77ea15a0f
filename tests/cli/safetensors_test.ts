// Covers cli/read_safetensors.ts and write_safetensors.ts: every dtype they read, every way a file can be broken, and that
// writing is whole or nothing.
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { openSafetensors, readTensors } from "../../cli/read_safetensors.ts";
import { writeSafetensors } from "../../cli/write_safetensors.ts";
import { inFolder } from "./in_folder.ts";
import { safetensorsBytes } from "./safetensors_bytes.ts";

const f32 = (shape: number[], begin: number, end: number) => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});
const tensorOf = (dtype: string, data: ArrayBufferView<ArrayBuffer>, length: number) =>
  safetensorsBytes(
    { x: { dtype, shape: [length], data_offsets: [0, data.byteLength] } },
    new Uint8Array(data.buffer),
  );

const BROKEN: Record<string, { bytes: Uint8Array; says: RegExp }> = {
  "an empty file": { bytes: new Uint8Array(), says: /the file is empty/ },
  "a file shorter than the header's length": { bytes: new Uint8Array(5), says: /5 bytes/ },
  "a header cut short": { bytes: safetensorsBytes("{}     ").subarray(0, 12), says: /cut short/ },
  "a header that claims exabytes": { bytes: new Uint8Array(16).fill(0x7f), says: /header claims .* at most/ },
  "a header that is no JSON": { bytes: safetensorsBytes("{oops"), says: /not JSON/ },
  "a header that is a list": { bytes: safetensorsBytes("[1]"), says: /not a JSON object/ },
  "metadata of numbers": { bytes: safetensorsBytes({ __metadata__: { scale: 1 } }), says: /__metadata__/ },
  "a tensor that is a number": { bytes: safetensorsBytes({ x: 1 }), says: /tensor x/ },
  "an unknown dtype": {
    bytes: safetensorsBytes({ x: { dtype: "F31", shape: [], data_offsets: [0, 4] } }),
    says: /tensor x has the unknown dtype "F31"/,
  },
  "a negative size": {
    bytes: safetensorsBytes({ x: f32([-1], 0, 4) }),
    says: /tensor x has the shape \[-1\]/,
  },
  "offsets that run backwards": {
    bytes: safetensorsBytes({ x: f32([1], 4, 0) }),
    says: /data_offsets \[4,0\]/,
  },
  "bytes that disagree with the shape": {
    bytes: safetensorsBytes({ x: f32([2, 3], 0, 16) }, new Uint8Array(16)),
    says: /tensor x is F32 \[2, 3\], so 24 bytes, and its data_offsets span 16/,
  },
  "overlapping tensors": {
    bytes: safetensorsBytes({ x: f32([2], 0, 8), y: f32([2], 4, 12) }, new Uint8Array(12)),
    says: /tensors x and y overlap/,
  },
  "a hole": {
    bytes: safetensorsBytes({ x: f32([1], 0, 4), y: f32([1], 8, 12) }, new Uint8Array(12)),
    says: /4 bytes before tensor y/,
  },
  "data cut short": {
    bytes: safetensorsBytes({ x: f32([4], 0, 16) }, new Uint8Array(7)),
    says: /cut short/,
  },
  "bytes after the last tensor": {
    bytes: safetensorsBytes({ x: f32([1], 0, 4) }, new Uint8Array(9)),
    says: /5 bytes after the last tensor/,
  },
};

for (const [name, { bytes, says }] of Object.entries(BROKEN)) {
  Deno.test(`openSafetensors() refuses ${name} with one sentence`, () =>
    inFolder(async (folder) => {
      await Deno.writeFile(`${folder}/x.safetensors`, bytes);
      await rejects(openSafetensors(`${folder}/x.safetensors`), (error: Error) => {
        strictEqual(error.name, "UserError");
        match(error.message, says);
        ok(!error.message.includes("\n"));
        return true;
      });
    }));
}

Deno.test("openSafetensors() names a file that is not there, and a folder", () =>
  inFolder(async (folder) => {
    await rejects(openSafetensors(`${folder}/none`), /Cannot read .*none: no such file/);
    await rejects(openSafetensors(folder), /directory|not a file/);
  }));

Deno.test("readTensors() refuses a huge tensor without reading it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/huge.safetensors`;
    const elements = 2 ** 33;
    const head = safetensorsBytes({ x: f32([elements], 0, elements * 4) });
    await Deno.writeFile(path, head);
    await Deno.truncate(path, head.length + elements * 4); // sparse: takes no disk
    const file = await openSafetensors(path);
    await rejects(readTensors(file, ["x"]), /8589934592 elements/);
  }));

Deno.test("readTensors() reads every dtype it claims", () =>
  inFolder(async (folder) => {
    const cases: [string, ArrayBufferView<ArrayBuffer>, number[]][] = [
      ["F32", Float32Array.of(1.5, -2), [1.5, -2]],
      ["F16", Float16Array.of(1.5, -2), [1.5, -2]],
      ["F64", Float64Array.of(1.5, -2), [1.5, -2]],
      ["BF16", Uint16Array.of(0x3fc0, 0xc000), [1.5, -2]],
      ["I32", Int32Array.of(7, -2), [7, -2]],
      ["I64", BigInt64Array.of(7n, -2n), [7, -2]],
    ];
    for (const [dtype, data, expected] of cases) {
      await Deno.writeFile(`${folder}/${dtype}`, tensorOf(dtype, data, 2));
      const { x } = await readTensors(await openSafetensors(`${folder}/${dtype}`), ["x"]);
      deepStrictEqual([...x.data], expected, dtype);
      strictEqual(x.data instanceof Int32Array, dtype.startsWith("I"), dtype);
    }
  }));

Deno.test("readTensors() refuses dtypes and integers it can't hold", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/u8`, tensorOf("U8", Uint8Array.of(1, 2), 2));
    await rejects(readTensors(await openSafetensors(`${folder}/u8`), ["x"]), /tensor x .* dtype is U8/);
    await Deno.writeFile(`${folder}/i64`, tensorOf("I64", BigInt64Array.of(1n, 2n ** 40n), 2));
    await rejects(readTensors(await openSafetensors(`${folder}/i64`), ["x"]), /element 1 is 1099511627776/);
  }));

Deno.test("writeSafetensors() is read back as it was", () =>
  inFolder(async (folder) => {
    const path = `${folder}/x.safetensors`;
    const values = fc.float32Array({ minLength: 0, maxLength: 20, noNaN: true });
    await fc.assert(
      fc.asyncProperty(values, values, async (a, b) => {
        const ints = Int32Array.from(b, (x) => Math.trunc(Math.max(-1e9, Math.min(1e9, x))));
        await writeSafetensors(path, {
          a: { shape: [a.length], data: a },
          b: { shape: [1, ints.length], data: ints },
        }, {
          scale: "0.5",
        });
        const file = await openSafetensors(path);
        deepStrictEqual(file.metadata, { scale: "0.5" });
        const read = await readTensors(file, ["a", "b"]);
        deepStrictEqual(read.a, { shape: [a.length], data: a });
        deepStrictEqual(read.b, { shape: [1, ints.length], data: ints });
      }),
      { numRuns: 20 },
    );
  }));

Deno.test("writeSafetensors() leaves nothing behind where it fails", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken`);
    const tensors = { x: { shape: [1], data: Float32Array.of(1) } };
    await rejects(writeSafetensors(`${folder}/taken`, tensors), /Cannot write .*taken/);
    await rejects(writeSafetensors(`${folder}/none/x`, tensors), /Cannot write .*none/);
    deepStrictEqual([...Deno.readDirSync(folder)].map((e) => e.name), ["taken"]);
  }));
