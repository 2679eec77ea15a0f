import type { Capabilities } from "../core/family.ts";
import type { DeltaDecodeConfig } from "./space.ts";

/** How a workgroup's threads lie in a tile; the names are those of the WGSL. */
export interface Lanes {
  /** Neighbouring threads along a row; then the next row thread begins. */
  readonly laneColumns: number;
  /** Fours of rows from a thread's first to the next row thread's first, and from one of a thread to its next. */
  readonly threadStep: number;
  readonly fourStep: number;
  /** Row threads of a column within a subgroup; where there is more to add than shuffles do. */
  readonly laneRows?: number;
  /** Shuffles that add them up; where sums meet by shuffles at all. */
  readonly laneSteps?: number;
}

/**
 * Neighbouring threads read neighbouring memory: along a row of a [K, V] state, down a column of a [V, K] one. Throws
 * RangeError where the device's subgroups cannot hold what `reduce` wants to shuffle, whatever size the driver picks.
 */
export function lanesOf(family: string, config: DeltaDecodeConfig, K: number, device: Capabilities): Lanes {
  const columnThreads = config.tileV / config.columnsPerThread;
  const rowThreads = K / config.rowsPerThread;
  const steps = config.stateLayout === "VK"
    ? { threadStep: 1, fourStep: rowThreads }
    : { threadStep: config.rowsPerThread / 4, fourStep: 1 };
  const laneColumns = config.stateLayout === "VK" ? 1 : columnThreads;
  if (config.reduce === "barrier") return { ...steps, laneColumns };
  const size = device.subgroupSize?.min;
  if (size === undefined) {
    throw new RangeError(
      `Cannot plan ${family}: reduce=${config.reduce} needs the feature subgroups, which this device lacks`,
    );
  }
  if (config.reduce === "subgroup") {
    if (rowThreads > size) {
      throw new RangeError(
        `Cannot plan ${family}: reduce=subgroup needs K / rowsPerThread to fit a subgroup of ${size}, ` +
          `current value is ${rowThreads}`,
      );
    }
    return {
      ...steps,
      laneColumns: Math.min(laneColumns, size / rowThreads),
      laneSteps: Math.log2(rowThreads),
    };
  }
  const laneRows = size / laneColumns;
  if (laneRows < 2 || laneRows >= rowThreads) {
    throw new RangeError(
      `Cannot plan ${family}: reduce=mixed needs a subgroup of ${size} to hold some and not all of the ` +
        `${rowThreads} row threads, ${laneColumns} threads each`,
    );
  }
  return { ...steps, laneColumns, laneRows, laneSteps: Math.log2(laneRows) };
}
