import type { UserError } from "./user_error.ts";

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

/** One tensor of a file: where it lies and what it is, without its values. */
export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte range from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

/** What a header says: the tensors of the file, and the words beside them. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: Readonly<Record<string, TensorEntry>>;
}

/**
 * Reads a header that ends where the tensors `start`, in a file of `size` bytes, and checks that they fill the rest of it.
 * Throws what `refuse` makes of the reason.
 */
export function parseSafetensorsHeader(
  bytes: Uint8Array,
  start: number,
  size: number,
  refuse: Refuse,
): SafetensorsHeader {
  const header = parseHeader(bytes, refuse);
  const metadata = parseMetadata(header.__metadata__, refuse);
  const entries: Record<string, TensorEntry> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name !== "__metadata__") entries[name] = parseEntry(name, value, start, refuse);
  }
  checkLayout(entries, start, size, refuse);
  return { metadata, entries };
}

type Refuse = (why: string) => UserError;

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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);
}
