import { link } from "../../kernels/core/pass.ts";
import { workgroupBytes, workgroupSize } from "../../kernels/core/workgroup_memory.ts";
import type { DeltaDecodeConfig } from "../../kernels/delta_decode/space.ts";
import type { DeviceRecord } from "../../profiles/schema.ts";
import { layoutText, stepText, sumsText, tunablesText } from "./texts.ts";

/** How the step runs in ggml's layout of the state, [V, K]. */
export interface DropIn {
  /** Columns of a workgroup in the launch that was timed. */
  readonly tileV: number;
  readonly rowsPerThread: number;
  readonly columnsPerThread: 2 | 4;
  /** How sums over rows meet. */
  readonly reduce: "barrier" | "subgroup";
  /** Head sizes it serves, each with the most columns a workgroup of this device holds. */
  readonly widest: ReadonlyMap<number, number>;
}

/** Head sizes the tuned families know. */
const HEAD_SIZES = [128, 64];

/** What serves every other head size, with half as many threads as a head has channels. */
export const UNTUNED: DropIn = {
  tileV: 4,
  rowsPerThread: 4,
  columnsPerThread: 2,
  reduce: "barrier",
  widest: new Map(),
};

/**
 * A winner's tunables as far as they mean something in ggml's layout, for a head of its size and of the other sizes this
 * device can hold a tile of; `widest` is empty where there is none.
 */
export function dropInOf(config: DeltaDecodeConfig, headSize: number, device: DeviceRecord): DropIn {
  // Columns of a [V, K] state come in pairs at least; half the rows then keep threads and registers what they were.
  const single = config.columnsPerThread === 1;
  const rowsPerThread = single ? Math.max(4, config.rowsPerThread / 2) : config.rowsPerThread;
  const least = device.subgroupSize?.min ?? 0;
  const shuffles = config.reduce !== "barrier" && headSize / rowsPerThread <= least;
  const choice: DropIn = {
    tileV: config.tileV,
    rowsPerThread,
    columnsPerThread: config.columnsPerThread === 4 ? 4 : 2,
    reduce: shuffles ? "subgroup" : "barrier",
    widest: new Map(),
  };
  const widest = HEAD_SIZES.flatMap((size): [number, number][] => {
    if (shuffles && size / rowsPerThread > least) return [];
    for (let columns = size; columns >= tileOf(choice, size); columns /= 2) {
      if (fits(choice, size, columns, device)) return [[size, columns]];
    }
    return [];
  });
  return { ...choice, widest: new Map(widest) };
}

/** Columns of a workgroup in the launch that was timed, or all of a smaller head. */
export const tileOf = ({ tileV }: DropIn, headSize: number) => Math.min(tileV, headSize);

/** Threads of a workgroup that holds `tileV` columns. */
export function threadsOf(choice: DropIn, headSize: number, tileV: number): number {
  return tileV / choice.columnsPerThread * headSize / choice.rowsPerThread;
}

function fits(choice: DropIn, headSize: number, tileV: number, { limits }: DeviceRecord): boolean {
  const text = link(
    tunablesText(choice, `${tileV}u`),
    layoutText(`${headSize}u`, "true"),
    stepText(),
    sumsText(choice.reduce),
  );
  const [threads] = workgroupSize(text);
  return threads >= headSize / 4 &&
    threads <= Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX) &&
    workgroupBytes(text) <= limits.maxComputeWorkgroupStorageSize;
}
