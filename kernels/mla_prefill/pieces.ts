import type { Axes, BufferSpec, Limits } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import { evenly, type Part, slices } from "../core/parts.ts";
import type { MlaPrefillConfig } from "./space.ts";

/** Rows of some sequences, queries or keys, whose tensors lie in device buffers of their own. */
export interface Piece {
  readonly sequence: number;
  readonly sequences: number;
  readonly first: number;
  readonly rows: number;
  /** What the names of its tensors end in; nothing where one piece holds all. */
  readonly suffix: string;
}

/** Sequences worked on together: the pieces of their queries and of their keys. */
export interface Group {
  readonly sequences: number;
  readonly queries: readonly Piece[];
  readonly keys: readonly Piece[];
}

/** Pieces and windows begin at multiples of this where they hold that much, so that few blocks and tiles are cut short. */
export const ALIGNED = 128;

/** KV heads: as many as heads where not given. */
export function kvHeads({ H, G }: Axes): number {
  return G === 0 ? H : G;
}

/**
 * Cuts sequences, queries and keys so that every tensor of a piece fits one buffer and one binding: sequences apart
 * first, then one sequence along its tokens. A piece is one stretch of the caller's memory either way.
 */
export function groupsOf(axes: Axes, config: MlaPrefillConfig, limits: Limits): Group[] {
  const { B, T, H, K, V, C } = axes;
  const largest = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const width = DTYPE_BYTES[config.io as "f32" | "f16"] * Math.max(K, V);
  const queryBytes = H * Math.max(width, 4); // lse is f32
  const keyBytes = kvHeads(axes) * width;
  const sequences = Math.floor(largest / Math.max(T * queryBytes, (C + T) * keyBytes));
  const groups = slices(B, Math.max(1, Math.min(B, sequences)));
  const one = (rowBytes: number, rows: number) =>
    evenly(rows, Math.floor(largest / (groups[0].count * rowBytes)), ALIGNED);
  const queries = one(queryBytes, T);
  const keys = one(keyBytes, C + T);
  const pieces = (parts: readonly Part[], { first: sequence, count }: Part, g: number) =>
    parts.map(({ first, count: rows }, p): Piece => ({
      sequence,
      sequences: count,
      first,
      rows,
      suffix: groups.length * parts.length > 1 ? `.${g * parts.length + p}` : "",
    }));
  return groups.map((group, g) => ({
    sequences: group.count,
    queries: pieces(queries, group, g),
    keys: pieces(keys, group, g),
  }));
}

/** The caller's tensors, each in as many buffers as there are pieces of it. */
export function tensorBuffers(axes: Axes, config: MlaPrefillConfig, groups: readonly Group[]): BufferSpec[] {
  const { B, T, H, K, V, C } = axes;
  const G = kvHeads(axes);
  const tensor = (
    name: string,
    dtype: string,
    pieces: readonly Piece[],
    tokens: number,
    width: number,
    direction: Partial<BufferSpec>,
  ) =>
    pieces.map(({ sequence, sequences, first, rows, suffix }) => ({
      name: name + suffix,
      dtype,
      length: sequences * rows * width,
      ...(suffix && { part: { offset: (sequence * tokens + first) * width, of: B * tokens * width } }),
      ...direction,
    } as BufferSpec));
  const queries = groups.flatMap((group) => group.queries);
  const keys = groups.flatMap((group) => group.keys);
  return [
    ...tensor("q", config.io, queries, T, H * K, { role: "input", from: "q" }),
    ...tensor("k", config.io, keys, C + T, G * K, { role: "input", from: "k" }),
    ...tensor("v", config.io, keys, C + T, G * V, { role: "input", from: "v" }),
    ...tensor("o", config.io, queries, T, H * V, { role: "output", to: "o" }),
    ...tensor("lse", "f32", queries, T, H, { role: "output", to: "lse" }),
  ];
}
