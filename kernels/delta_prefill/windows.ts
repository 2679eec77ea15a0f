import { DTYPE_BYTES } from "../core/fit.ts";
import { evenly } from "../core/parts.ts";
import type { DeltaPrefillConfig } from "./space.ts";
import type { Setting } from "./setting.ts";
import type { Stretch } from "./stretches.ts";

/** Tokens one run of the passes covers, counted from the start of their stretch. */
export interface Window {
  readonly stretch: Stretch;
  readonly first: number;
  readonly count: number;
}

/** Scratch of all sequences and heads together, at any length. */
export const SCRATCH_BYTES = 512 * 2 ** 20;

/** A plan of more windows than this would take longer to make than most calls run. */
const MOST_WINDOWS = 8192;

/** Dispatches of the recurrent form stay this short: on an H200 5 ms, far from the time after which systems drop a device. */
export const RECURRENT_TOKENS = 16384;
export const RECURRENT_HEAD_TOKENS = 2 ** 18;

/**
 * Splits every stretch into windows of whole chunks, nearly equal, whose scratch of `elem` stays under SCRATCH_BYTES and
 * under the device's largest binding. Throws RangeError where not even one chunk of every head fits.
 */
export function chunkedWindows(
  id: string,
  setting: Setting,
  elem: "f32" | "f16",
  rowWidth = 3 * setting.axes.K,
  blockCount = 2,
): Window[] {
  const { axes: { H, K }, config: { chunkSize }, device: { limits }, stretches } = setting;
  const heads = stretches[0].sequences * H;
  const rows = chunkSize * rowWidth * DTYPE_BYTES[elem]; // kg, qg, kl of a chunk
  const blocks = blockCount * chunkSize * chunkSize * DTYPE_BYTES[elem]; // M, P
  const decay = K * 4;
  const binding = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const most = Math.min(
    Math.floor(SCRATCH_BYTES / (heads * (rows + blocks + decay))),
    Math.floor(binding / (heads * Math.max(rows, blocks, decay))),
    limits.maxComputeWorkgroupsPerDimension,
  );
  if (most < 1) {
    throw new RangeError(
      `Cannot run ${id}: one chunk of B * H = ${heads} heads needs ${
        heads * (rows + blocks + decay)
      } bytes of scratch, more than ${SCRATCH_BYTES} or than the largest binding of ${binding}`,
    );
  }
  return windowsOf(id, setting, most * chunkSize, chunkSize);
}

/** Chunks of all heads in the largest window. */
export function mostChunks({ axes, config }: Setting, windows: readonly Window[]): number {
  return Math.max(
    ...windows.map(({ stretch, count }) => stretch.sequences * axes.H * Math.ceil(count / config.chunkSize)),
  );
}

/** Splits every stretch so that no recurrent dispatch runs for long; segments of a window run at the same time. */
export function recurrentWindows(id: string, setting: Setting): Window[] {
  const heads = setting.stretches[0].sequences * setting.axes.H;
  const inTurn = RECURRENT_TOKENS * setting.config.segments;
  const most = Math.min(inTurn, Math.max(1, Math.floor(RECURRENT_HEAD_TOKENS / heads)));
  return windowsOf(id, setting, most, 1);
}

/** Windows of `most` tokens at most, of the caller's length exactly where that is less. Throws RangeError for too many. */
function windowsOf(
  id: string,
  { stretches, windowTokens }: Setting,
  most: number,
  aligned: number,
): Window[] {
  const asked = Math.min(windowTokens ?? Infinity, most);
  const total = stretches.reduce((sum, { tokens }) => sum + Math.ceil(tokens / asked), 0);
  if (total > MOST_WINDOWS) {
    throw new RangeError(
      `Cannot run ${id}: windows of at most ${asked} tokens make ${total} of them, above ${MOST_WINDOWS}`,
    );
  }
  return stretches.flatMap((stretch) => {
    if (windowTokens === undefined) {
      return evenly(stretch.tokens, most, aligned).map((window) => ({ stretch, ...window }));
    }
    return Array.from({ length: Math.ceil(stretch.tokens / asked) }, (_, i) => ({
      stretch,
      first: i * asked,
      count: Math.min(asked, stretch.tokens - i * asked),
    }));
  });
}

const ALONG_TOKENS = ["q", "k", "v", "g", "beta", "o"];

/** The names a pass binds, as `definePass` takes them, with tensors and states those of the window's stretch. */
export function boundBy({ stretch }: Window, names: readonly string[]): string[] {
  return names.map((marked) => {
    const name = marked.replace(/^\*/, "");
    if (name === "state") return marked + stretch.stateSuffix;
    return ALONG_TOKENS.includes(name) ? marked + stretch.suffix : marked;
  });
}

/** Length of the scan's pool in vec4s, and how many tokens of kl it takes at a time. */
export function scanPool(config: DeltaPrefillConfig, K: number) {
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
