import type { Tensor, Tensors } from "../kernels/core/family.ts";
import { fileError, UserError } from "./user_error.ts";

const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  F32: 4,
  F16: 2,
  BF16: 2,
  F64: 8,
  I32: 4,
  I64: 8,
  I16: 2,
  U16: 2,
  U32: 4,
  U64: 8,
  I8: 1,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
};
const READABLE = ["F32", "F16", "BF16", "F64", "I32", "I64"];
const MOST_HEADER_BYTES = 100e6;
/** A GPU buffer of f32 addresses no more, and neither does one JavaScript array of them on common engines. */
const MOST_ELEMENTS = 2 ** 30;

/** One tensor of a file: where it lies and what it is, without its values. */
export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte range from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

/** A validated file whose tensors are read on demand. */
export interface SafetensorsFile {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: Readonly<Record<string, TensorEntry>>;
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
  const header = parseHeader(await readRange(file, 8, length, path), refuse);
  const metadata = parseMetadata(header.__metadata__, refuse);
  const entries: Record<string, TensorEntry> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name !== "__metadata__") entries[name] = parseEntry(name, value, 8 + length, refuse);
  }
  checkLayout(entries, 8 + length, info.size, refuse);
  return { path, metadata, entries };
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

/**
 * Writes float tensors as F32 and Int32Array as I32. The file appears whole or not at all: it is written beside its
 * final place, synced and renamed.
 */
export async function writeSafetensors(
  path: string,
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const values = data instanceof Float64Array ? Float32Array.from(data) : data;
    header[name] = {
      dtype: values instanceof Int32Array ? "I32" : "F32",
      shape,
      data_offsets: [at, at + values.byteLength],
    };
    parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    at += values.byteLength;
  }
  let text = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  text = padded;
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  await writeFileWhole(path, [length, text, ...parts]);
}

/** Writes a file so that readers see the old one or the new one, never a part. Throws UserError where that fails. */
export async function writeFileWhole(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      for (const part of parts) {
        for (let at = 0; at < part.length;) at += await file.write(part.subarray(at, at + (1 << 24)));
      }
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw fileError("write", path, error);
  }
}

type Refuse = (why: string) => UserError;

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

function parseHeader(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw refuse("its header is not JSON");
  }
  if (!isObject(header)) throw refuse("its header is not a JSON object");
  return header;
}

function parseMetadata(value: unknown, refuse: Refuse): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value) || !Object.values(value).every((v) => typeof v === "string")) {
    throw refuse("its __metadata__ is not an object of strings");
  }
  return value as Record<string, string>;
}

function parseEntry(name: string, value: unknown, start: number, refuse: Refuse): TensorEntry {
  if (!isObject(value)) throw refuse(`tensor ${name} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(ELEMENT_BYTES, dtype)) {
    throw refuse(`tensor ${name} has the unknown dtype ${JSON.stringify(dtype)}`);
  }
  if (!isSizes(shape)) {
    throw refuse(`tensor ${name} has the shape ${JSON.stringify(shape)}, which is no list of sizes`);
  }
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw refuse(`tensor ${name} has the data_offsets ${JSON.stringify(offsets)}, which are no [begin, end]`);
  }
  const wanted = shape.reduce((a, b) => a * b, 1) * ELEMENT_BYTES[dtype];
  const given = offsets[1] - offsets[0];
  if (wanted !== given) {
    throw refuse(
      `tensor ${name} is ${dtype} [${
        shape.join(", ")
      }], so ${wanted} bytes, and its data_offsets span ${given}`,
    );
  }
  return { dtype, shape, begin: start + offsets[0], end: start + offsets[1] };
}

function checkLayout(
  entries: Record<string, TensorEntry>,
  start: number,
  size: number,
  refuse: Refuse,
): void {
  let end = start;
  let before = "";
  for (
    const [name, entry] of Object.entries(entries).sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
  ) {
    if (entry.begin < end) throw refuse(`tensors ${before} and ${name} overlap`);
    if (entry.begin > end) {
      throw refuse(`${entry.begin - end} bytes before tensor ${name} belong to no tensor`);
    }
    end = entry.end;
    before = name;
  }
  if (end > size) {
    throw refuse(`tensor ${before} ends at byte ${end}, and the file has only ${size}: it is cut short`);
  }
  if (end < size) throw refuse(`${size - end} bytes after the last tensor belong to no tensor`);
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);
}
