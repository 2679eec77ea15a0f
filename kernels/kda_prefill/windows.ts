import type { Axes, Limits, Range } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import type { KdaPrefillConfig } from "./space.ts";

/** Tokens one run of the passes covers, padded to whole chunks in the chunked form. */
export interface Window {
  readonly first: number;
  readonly count: number;
}

/** Scratch of all sequences and heads together, at any length. */
export const SCRATCH_BYTES = 512 * 2 ** 20;

/** Windows begin at multiples of this: the byte offset of a binding must be a multiple of 256, and beta is f32. */
const ALIGNED_TOKENS = 64;

/** Tokens of one recurrent dispatch: about 30 ms on an H200, far from the time after which systems drop a device. */
const RECURRENT_TOKENS = 16384;

/**
 * Splits T into windows of whole chunks, nearly equal, whose scratch stays under SCRATCH_BYTES and under the
 * device's largest binding. Throws RangeError where not even one chunk of every head fits.
 */
export function windowsOf(id: string, axes: Axes, config: KdaPrefillConfig, limits: Limits): Window[] {
  const { B, T, H, K } = axes;
  const { chunkSize } = config;
  const elem = DTYPE_BYTES[config.elem as "f32" | "f16"];
  const rows = 3 * chunkSize * K * elem; // kg, qg, kl of a chunk
  const blocks = 2 * chunkSize * chunkSize * elem; // M, P
  const decay = K * 4;
  const binding = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const most = Math.min(
    Math.floor(SCRATCH_BYTES / (B * H * (rows + blocks + decay))),
    Math.floor(binding / (B * H * Math.max(rows, blocks, decay))),
    limits.maxComputeWorkgroupsPerDimension,
    Math.floor(boundTokens(axes, limits) / chunkSize),
  );
  if (most < 1) {
    throw new RangeError(
      `Cannot run ${id}: one chunk of B * H = ${B * H} heads needs ${
        B * H * (rows + blocks + decay)
      } bytes of scratch, more than ${SCRATCH_BYTES} or than the largest binding of ${binding}`,
    );
  }
  const chunks = Math.ceil(T / chunkSize);
  const even = Math.ceil(chunks / Math.ceil(chunks / most));
  const aligned = ALIGNED_TOKENS / chunkSize;
  const perWindow = even < chunks && most >= aligned
    ? Math.min(Math.ceil(even / aligned), Math.floor(most / aligned)) * aligned
    : even;
  const windows: Window[] = [];
  for (let done = 0; done < chunks; done += perWindow) {
    windows.push({ first: done * chunkSize, count: Math.min(perWindow, chunks - done) * chunkSize });
  }
  return windows;
}

/** Splits T so that no recurrent dispatch runs for long, or binds more than the device allows. */
export function recurrentWindows(axes: Axes, limits: Limits): Window[] {
  const { T } = axes;
  const most = Math.max(
    ALIGNED_TOKENS,
    Math.floor(boundTokens(axes, limits) / ALIGNED_TOKENS) * ALIGNED_TOKENS,
  );
  const count = Math.min(RECURRENT_TOKENS, most);
  const windows: Window[] = [];
  for (let first = 0; first < T; first += count) windows.push({ first, count: Math.min(count, T - first) });
  return windows;
}

/** Tokens of the widest tensor one binding holds; no bound where a batch keeps windows from being bound alone. */
function boundTokens({ B, T, H, K, V }: Axes, limits: Limits): number {
  const tokens = Math.floor(limits.maxStorageBufferBindingSize / (H * Math.max(K, V) * 4));
  return B > 1 || tokens >= T ? Infinity : tokens;
}

/** Length of the scan's pool in vec4s, and how many tokens of kl it takes at a time. */
export function scanPool(config: KdaPrefillConfig, K: number) {
  const { chunkSize, scanSlice, scanSplit, tileV } = config;
  const poolLength = Math.max(
    2 * chunkSize * (scanSlice / 4 + 1), // a slice of kg and qg, rows padded by one
    chunkSize * (chunkSize / 4 + 1), // M or P, rows padded by one
    scanSplit > 1 ? scanSplit * 2 * chunkSize * (tileV / 4) : 0, // partial sums of [kg; qg] S
  );
  let updateRows = chunkSize;
  while (updateRows * K / 4 > poolLength) updateRows /= 2;
  return { poolLength, updateRows };
}

/**
 * What a window's passes see of the tensors along T: a window of one sequence is one piece of memory, so it is bound
 * alone and a tensor may be larger than a binding. Sequences of a batch lie apart: their windows see everything.
 */
export function rangesOf(
  { B, T, H, K, V }: Axes,
  { first, count }: Window,
): Record<string, Range> | undefined {
  const tokens = Math.min(count, T - first);
  if (B > 1 || tokens === T || first % ALIGNED_TOKENS !== 0) return undefined;
  const range = (width: number) => ({ offset: first * H * width, length: tokens * H * width });
  return { q: range(K), k: range(K), g: range(K), v: range(V), o: range(V), beta: range(1) };
}
