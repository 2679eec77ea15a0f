import type { Comparison } from "./comparison.ts";

type Cell = string | number | undefined;

/** All points, and the missing ones with their reason as note, a row each; RFC 4180. */
export function pointsCsv({ points, missing }: Comparison): string {
  return csv(["model", "phase", "tokens", "batch", "us", "lowUs", "highUs", "how", "note"], [
    ...points.map((p) => [p.model, p.phase, p.tokens, p.batch, p.us, p.lowUs, p.highUs, p.how, p.note]),
    ...missing.map((
      m,
    ) => [m.model, m.phase, m.tokens, m.batch, undefined, undefined, undefined, "missing", m.reason]),
  ]);
}

/** What one sequence keeps on the device, bytes; empty where not known. */
export function memoryCsv({ memory }: Comparison): string {
  const columns = [
    "model",
    "tokens",
    "cacheBytes",
    "stateBytes",
    "convBytes",
    "scratchBytes",
    "weightBytes",
    "largestBatch",
  ] as const;
  return csv(columns, memory.map((row) => columns.map((column) => row[column])));
}

/** Formulations of kernels, us of one layer. */
export function formulationsCsv({ formulations }: Comparison): string {
  const columns = [
    "family",
    "formulation",
    "tokens",
    "us",
    "lowUs",
    "highUs",
    "how",
    "variant",
    "note",
  ] as const;
  return csv(columns, formulations.map((point) => columns.map((column) => point[column])));
}

/** RFC 4180: lines end with CRLF, cells with commas, quotes or line breaks are quoted. */
export function csv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => row.map(quoted).join(",") + "\r\n").join("");
}

function quoted(cell: Cell): string {
  const text = cell === undefined ? "" : `${cell}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
