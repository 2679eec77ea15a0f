import { largest, pointsOf } from "./answers.ts";
import type { Comparison, Point } from "./comparison.ts";
import { scopeWords } from "./device_words.ts";
import { Footnotes, reasonFor } from "./footnotes.ts";
import { lengthsOf } from "./lengths.ts";
import { formatTokens } from "./quantities.ts";
import type { Table } from "./table.ts";

/** Seconds of one prompt, a column a model. */
export function prefillTable(comparison: Comparison): Table {
  return timeTable(comparison, "prefill", {
    title: "Prefill",
    caption: `Seconds for one prompt. ${scopeWords(comparison)}.`,
    unitUs: 1e6,
    cells: (model, tokens) => at(comparison, model, "prefill", tokens, 1),
  });
}

/** Time per output token of one sequence. */
export function decodeTable(comparison: Comparison): Table {
  const points = comparison.points.filter((p) => p.phase === "decode" && p.batch === 1);
  const [unitUs, unit] = unitOf(points.map((p) => p.us));
  return timeTable(comparison, "decode", {
    title: "Decode, one sequence",
    caption: `Time per output token, ${unit}, at batch 1. ${scopeWords(comparison)}.`,
    unitUs,
    cells: (model, tokens) => at(comparison, model, "decode", tokens, 1),
  });
}

/** Time per output token where as many sequences run as fit the device; undefined where its memory is not known. */
export function batchedDecodeTable(comparison: Comparison): Table | undefined {
  if (comparison.memoryBytes === undefined) return undefined;
  const points = comparison.models.flatMap((m) => largest(comparison, m.name));
  const [unitUs, unit] = unitOf(points.map((p) => p.us / p.batch));
  return timeTable(comparison, "decode", {
    title: "Decode, as many sequences as fit",
    caption: `Time of a step over its sequences, ${unit} a token (sequences in brackets). ${
      scopeWords(comparison)
    }.`,
    unitUs,
    cells: (model, tokens) => {
      const point = points.find((p) => p.model === model && p.tokens === tokens);
      if (point) return { ...point, us: point.us / point.batch, sequences: point.batch };
      return missingBatch(comparison, model, tokens);
    },
  });
}

/** Time of a step at every other batch there are points of; undefined where there are none. */
export function otherBatchesTable(comparison: Comparison): Table | undefined {
  const { points, models } = comparison;
  const shown = new Set(models.flatMap((m) => largest(comparison, m.name)));
  const others = points.filter((p) => p.phase === "decode" && p.batch > 1 && !shown.has(p));
  if (others.length === 0) return undefined;
  const [unitUs, unit] = unitOf(others.map((p) => p.us / p.batch));
  const notes = new Footnotes();
  const keys = [...new Map(others.map((p) => [`${p.tokens} ${p.batch}`, p])).values()]
    .sort((a, b) => a.tokens - b.tokens || a.batch - b.batch);
  const rows = keys.map(({ tokens, batch }) => [
    formatTokens(tokens),
    `${batch}`,
    ...models.map(({ name }) => {
      const point = points.find((p) =>
        p.model === name && p.phase === "decode" && p.tokens === tokens && p.batch === batch
      );
      return point
        ? notes.time({ us: point.us / batch, how: point.how }, unitUs)
        : notes.missing(reasonFor(comparison, { model: name, phase: "decode", tokens, batch }));
    }),
  ]);
  return {
    title: "Decode, other batches",
    caption: `Time of a step over its sequences, ${unit} a token. ${scopeWords(comparison)}.`,
    head: ["context", "batch", ...models.map((m) => m.name)],
    rows,
    words: [0],
    notes: notes.lines(),
  };
}

type Cell = (Pick<Point, "us" | "how"> & { sequences?: number }) | string;

function timeTable(
  comparison: Comparison,
  phase: Point["phase"],
  { title, caption, unitUs, cells }: {
    title: string;
    caption: string;
    unitUs: number;
    cells: (model: string, tokens: number) => Cell;
  },
): Table {
  const notes = new Footnotes();
  const rows = lengthsOf(comparison, phase).map((tokens) => [
    formatTokens(tokens),
    ...comparison.models.map(({ name }) => {
      const cell = cells(name, tokens);
      if (typeof cell === "string") return notes.missing(cell);
      return notes.time(cell, unitUs, cell.sequences);
    }),
  ]);
  const head = ["context", ...comparison.models.map((m) => m.name)];
  return { title, caption, head, rows, words: [0], notes: notes.lines() };
}

function at(
  comparison: Comparison,
  model: string,
  phase: Point["phase"],
  tokens: number,
  batch: number,
): Cell {
  return pointsOf(comparison, model, phase, batch).find((p) => p.tokens === tokens) ??
    reasonFor(comparison, { model, phase, tokens, batch });
}

function missingBatch(comparison: Comparison, model: string, tokens: number): string {
  const row = comparison.memory.find((r) => r.model === model && r.tokens === tokens);
  if (row?.largestBatch === undefined) return "The device's memory is not known.";
  if (row.largestBatch === 0) return "Not even one sequence fits beside the weights.";
  return reasonFor(comparison, { model, phase: "decode", tokens, batch: row.largestBatch });
}

/** One unit for a column of times: ms where the middle one has more than four digits as us. */
function unitOf(times: readonly number[]): readonly [number, string] {
  const sorted = times.toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? 0) >= 1e4 ? [1e3, "ms"] : [1, "us"];
}
