import type { Axes, Limits } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import type { KdaPrefillConfig } from "./space.ts";

/** Tokens one run of the passes covers, padded to whole chunks in the chunked form. */
export interface Window {
  readonly first: number;
  readonly count: number;
}

/** Scratch of all sequences and heads together, at any length. */
export const SCRATCH_BYTES = 512 * 2 ** 20;

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
  );
  if (most < 1) {
    throw new RangeError(
      `Cannot run ${id}: one chunk of B * H = ${B * H} heads needs ${
        B * H * (rows + blocks + decay)
      } bytes of scratch, more than ${SCRATCH_BYTES} or than the largest binding of ${binding}`,
    );
  }
  const chunks = Math.ceil(T / chunkSize);
  const perWindow = Math.ceil(chunks / Math.ceil(chunks / most));
  const windows: Window[] = [];
  for (let done = 0; done < chunks; done += perWindow) {
    windows.push({ first: done * chunkSize, count: Math.min(perWindow, chunks - done) * chunkSize });
  }
  return windows;
}

/** Splits T so that no recurrent dispatch runs for long. */
export function recurrentWindows({ T }: Axes): Window[] {
  const windows: Window[] = [];
  for (let first = 0; first < T; first += RECURRENT_TOKENS) {
    windows.push({ first, count: Math.min(RECURRENT_TOKENS, T - first) });
  }
  return windows;
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
