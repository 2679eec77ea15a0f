import type { Comparison, MemoryRow } from "./comparison.ts";
import { Footnotes } from "./footnotes.ts";
import { totalBytes } from "./memory.ts";
import { formatBytes, formatTokens } from "./quantities.ts";
import type { Table } from "./table.ts";

/** What one sequence keeps on the device, a row a length and model. */
export function memoryTable(comparison: Comparison): Table {
  const { models, memory, memoryBytes, weightBits } = comparison;
  const notes = new Footnotes();
  const order = (row: MemoryRow) => models.findIndex((m) => m.name === row.model);
  const rows = memory.toSorted((a, b) => a.tokens - b.tokens || order(a) - order(b)).map((row) => [
    formatTokens(row.tokens),
    row.model,
    formatBytes(row.cacheBytes),
    formatBytes(row.stateBytes),
    formatBytes(row.convBytes),
    row.scratchBytes === undefined ? notes.missing(NO_SCRATCH) : formatBytes(row.scratchBytes),
    row.scratchBytes === undefined
      ? notes.missing(NO_SCRATCH)
      : formatBytes(totalBytes(row) + row.scratchBytes),
    row.largestBatch === undefined
      ? notes.missing("The device's memory is not known.")
      : `${row.largestBatch}`,
  ]);
  const device = memoryBytes === undefined
    ? ""
    : ` The device has ${formatBytes(memoryBytes)}; largest batch: sequences that fit beside the weights, ` +
      "scratch not counted.";
  return {
    title: "Memory",
    caption:
      `What one sequence keeps in all layers, counted from sizes, not measured; a prompt's own q, k and v are not in it.${device}`,
    head: ["context", "model", "cache", "states", "conv", "scratch", "total", "largest batch"],
    rows,
    words: [0, 1],
    notes: [`Weights beside it, ${weightBits} bits each: ${weightWords(comparison)}.`, ...notes.lines()],
  };
}

const NO_SCRATCH = "No plan told how much scratch its kernels need at this length.";

function weightWords({ models, memory }: Comparison): string {
  return models.flatMap(({ name }) => {
    const row = memory.find((r) => r.model === name);
    if (!row) return [];
    return [`${name} ${row.weightBytes > 0 ? formatBytes(row.weightBytes) : "not stated"}`];
  }).join(", ");
}
