import type { Axes, BufferSpec, Limits } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import { evenly } from "../core/parts.ts";
import { gatesOf } from "../kda/gates.ts";
import type { PrefillForm } from "./form.ts";
import type { DeltaPrefillConfig } from "./space.ts";

/** Sequences and tokens whose tensors lie in device buffers of their own; where all fits into one, there is one stretch. */
export interface Stretch {
  readonly sequence: number;
  readonly sequences: number;
  readonly first: number;
  readonly tokens: number;
  /** What the names of its tensors and of its states end in. */
  readonly suffix: string;
  readonly stateSuffix: string;
}

/** Stretches are cut at multiples of this where that many fit, so that no chunk is cut short. */
const ALIGNED_TOKENS = 64;

/**
 * Cuts sequences and tokens so that every tensor of a stretch fits one buffer and one binding: sequences apart first,
 * then one sequence along T. A stretch is one piece of the caller's memory either way.
 */
export function stretchesOf(
  form: PrefillForm,
  { B, T, H, K, V }: Axes,
  config: DeltaPrefillConfig,
  limits: Limits,
): Stretch[] {
  const largest = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const elementBytes = DTYPE_BYTES[config.io as "f32" | "f16"];
  const tokenBytes = H * Math.max(4 * gatesOf(form.gates, K), elementBytes * K, elementBytes * V); // of g, of q and k, of v and o
  const most = Math.max(
    1,
    Math.min(
      Math.floor(largest / (T * tokenBytes)),
      Math.floor(largest / (4 * H * K * V)),
      Math.floor(limits.maxComputeWorkgroupsPerDimension / H),
    ),
  );
  const groups = evenly(B, most, 1);
  const parts = evenly(T, Math.floor(largest / (groups[0].count * tokenBytes)), ALIGNED_TOKENS);
  return groups.flatMap((group, g) =>
    parts.map((part, p) => ({
      sequence: group.first,
      sequences: group.count,
      first: part.first,
      tokens: part.count,
      suffix: groups.length * parts.length > 1 ? `.${g * parts.length + p}` : "",
      stateSuffix: groups.length > 1 ? `.${g}` : "",
    }))
  );
}

/** The caller's tensors, each in as many buffers as there are stretches, and the states in one for each group of sequences. */
export function tensorBuffers(
  form: PrefillForm,
  { B, T, H, K, V }: Axes,
  config: DeltaPrefillConfig,
  stretches: readonly Stretch[],
): BufferSpec[] {
  const io = config.io as "f32" | "f16";
  const along = (name: string, dtype: "f32" | "f16", width: number, direction: Partial<BufferSpec>) =>
    stretches.map(({ sequence, sequences, first, tokens, suffix }) => ({
      name: name + suffix,
      dtype,
      length: sequences * tokens * H * width,
      ...(suffix && { part: { offset: (sequence * T + first) * H * width, of: B * T * H * width } }),
      ...direction,
    } as BufferSpec));
  const states = stretches.filter((s) => s.first === 0).map(({ sequence, sequences, stateSuffix }) => ({
    name: "state" + stateSuffix,
    dtype: "f32",
    length: sequences * H * K * V,
    ...(stateSuffix && { part: { offset: sequence * H * K * V, of: B * H * K * V } }),
    role: "state",
    from: "initial_state",
    to: "final_state",
  } as BufferSpec));
  return [
    ...along("q", io, K, { role: "input", from: "q" }),
    ...along("k", io, K, { role: "input", from: "k" }),
    ...along("v", io, V, { role: "input", from: "v" }),
    ...along("g", "f32", gatesOf(form.gates, K), { role: "input", from: "g" }),
    ...along("beta", "f32", 1, { role: "input", from: "beta" }),
    ...states,
    ...along("o", io, V, { role: "output", to: "o" }),
  ];
}
