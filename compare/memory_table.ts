import type { Comparison, MemoryRow } from "./comparison.ts";
import { Footnotes } from "./footnotes.ts";
import { formatBytes, formatTokens } from "./quantities.ts";
import type { Table } from "./table.ts";

/** What one sequence keeps on the device, a row a length and model. */
export function memoryTable({ models, memory, memoryBytes, weightBits }: Comparison): Table {
  const notes = new Footnotes();
  const rows = memory.toSorted((a, b) => a.tokens - b.tokens || orderOf(a) - orderOf(b)).map((row) => [
    formatTokens(row.tokens),
    row.model,
    formatBytes(row.cacheBytes),
    formatBytes(row.stateBytes),
    formatBytes(row.convBytes),
    row.scratchBytes === undefined
      ? notes.missing("No plan fits the device at this length.")
      : formatBytes(row.scratchBytes),
    row.weightBytes === 0
      ? notes.missing("The model does not state its projections.")
      : formatBytes(row.weightBytes),
    formatBytes(allBytes(row)),
    row.largestBatch === undefined
      ? notes.missing("The device's memory is not known.")
      : `${row.largestBatch}`,
  ]);
  function orderOf({ model }: MemoryRow): number {
    return models.findIndex((m) => m.name === model);
  }
  const device = memoryBytes === undefined ? "" : ` The device has ${formatBytes(memoryBytes)}.`;
  return {
    title: "Memory",
    caption:
      `What one sequence keeps in all layers, beside weights of ${weightBits} bits; counted from sizes, ` +
      `not measured. Largest batch: sequences that fit beside the weights, scratch not counted.${device}`,
    head: ["context", "model", "cache", "states", "conv", "scratch", "weights", "total", "largest batch"],
    rows,
    words: [0, 1],
    notes: notes.lines(),
  };
}

function allBytes({ cacheBytes, stateBytes, convBytes, scratchBytes = 0, weightBytes }: MemoryRow): number {
  return cacheBytes + stateBytes + convBytes + scratchBytes + weightBytes;
}
