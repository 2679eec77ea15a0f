import type { Tensor } from "../kernels/core/family.ts";
import { parseSafetensorsHeader, type SafetensorsHeader } from "./safetensors_header.ts";
import { fileError, UserError } from "./user_error.ts";

const READABLE = ["F32", "F16", "BF16", "F64", "I32", "I64"];
const MOST_HEADER_BYTES = 100e6;
/** A GPU buffer of f32 addresses no more, and neither does one JavaScript array of them on common engines. */
const MOST_ELEMENTS = 2 ** 30;

/** A validated file whose tensors are read on demand. */
export interface SafetensorsFile extends SafetensorsHeader {
  readonly path: string;
}

/** Reads and validates the header alone, so that a huge or broken file costs nothing. Throws UserError with one sentence. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  using file = await open(path);
  const info = await file.stat();
  if (!info.isFile) throw new UserError(`Cannot read ${path}: it is not a file`);
  const refuse = (why: string) => new UserError(`Cannot read ${path} as safetensors: ${why}`);
  if (info.size === 0) throw refuse("the file is empty");
  if (info.size < 8) throw refuse(`it has ${info.size} bytes, and the header's length alone takes 8`);
  const length = Number(new DataView((await readRange(file, 0, 8, path)).buffer).getBigUint64(0, true));
  if (length > MOST_HEADER_BYTES) {
    throw refuse(`its header claims ${length} bytes, and at most ${MOST_HEADER_BYTES} are allowed`);
  }
  if (8 + length > info.size) {
    throw refuse(`its header claims ${length} bytes, and the file has only ${info.size}: it is cut short`);
  }
  const header = await readRange(file, 8, length, path);
  return { path, ...parseSafetensorsHeader(header, 8 + length, info.size, refuse) };
}

/** Reads the named tensors: floats as Float32Array, integers as Int32Array. Throws UserError where one can't be held so. */
export async function readTensors(
  source: SafetensorsFile,
  names: readonly string[],
): Promise<Record<string, Tensor>> {
  using file = await open(source.path);
  const tensors: Record<string, Tensor> = {};
  for (const name of names) {
    const entry = source.entries[name];
    const elements = entry.shape.reduce((a, b) => a * b, 1);
    if (!READABLE.includes(entry.dtype)) {
      throw new UserError(
        `Cannot read tensor ${name} of ${source.path}: its dtype is ${entry.dtype}, and ${
          READABLE.join(", ")
        } are readable`,
      );
    }
    if (elements > MOST_ELEMENTS) {
      throw new UserError(
        `Cannot read tensor ${name} of ${source.path}: [${
          entry.shape.join(", ")
        }] has ${elements} elements, and at most ` +
          `${MOST_ELEMENTS} fit; split the file`,
      );
    }
    const bytes = await readRange(file, entry.begin, entry.end - entry.begin, source.path);
    tensors[name] = { shape: [...entry.shape], data: decode(bytes, entry.dtype, name, source.path) };
  }
  return tensors;
}

async function open(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

async function readRange(file: Deno.FsFile, begin: number, length: number, path: string) {
  const bytes = new Uint8Array(length);
  try {
    await file.seek(begin, Deno.SeekMode.Start);
    for (let at = 0; at < length;) {
      const read = await file.read(bytes.subarray(at));
      if (read === null) throw new UserError(`Cannot read ${path}: it became shorter while it was read`);
      at += read;
    }
  } catch (error) {
    throw fileError("read", path, error);
  }
  return bytes;
}

function decode(
  bytes: Uint8Array<ArrayBuffer>,
  dtype: string,
  name: string,
  path: string,
): Float32Array | Int32Array {
  const { buffer } = bytes;
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "F16":
      return Float32Array.from(new Float16Array(buffer));
    case "F64":
      return Float32Array.from(new Float64Array(buffer));
    case "BF16": {
      // bfloat16 is the upper half of a float32.
      const words = Uint32Array.from(new Uint16Array(buffer), (x) => x << 16);
      return new Float32Array(words.buffer);
    }
    case "I32":
      return new Int32Array(buffer);
    default: {
      const values = new BigInt64Array(buffer);
      const at = values.findIndex((x) => x !== BigInt.asIntN(32, x));
      if (at >= 0) {
        throw new UserError(
          `Cannot read tensor ${name} of ${path}: element ${at} is ${
            values[at]
          }, and integers must fit 32 bits`,
        );
      }
      return Int32Array.from(values, Number);
    }
  }
}
