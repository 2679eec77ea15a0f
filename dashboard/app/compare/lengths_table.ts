import { largest, pointsOf } from "../../../compare/answers.ts";
import type { Comparison, Point } from "../../../compare/comparison.ts";
import { Footnotes, reasonFor } from "../../../compare/footnotes.ts";
import { lengthsOf } from "../../../compare/lengths.ts";
import { totalBytes } from "../../../compare/memory.ts";
import { formatBytes, formatMicroseconds, formatTokens } from "../../../compare/quantities.ts";
import { isBatched, shownComparison } from "./shown_figures.ts";
import type { View } from "./view.ts";

/** Numbers of models at lengths, a quantity after the other. */
export interface LengthsTable {
  /** Tokens, shortest first. */
  readonly lengths: readonly number[];
  /** `rows`: a row a length, a cell a model. */
  readonly quantities: readonly {
    readonly title: string;
    readonly models: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
  /** What marks mean, and why numbers are missing. */
  readonly notes: readonly string[];
  /** What is said of single numbers, each once. */
  readonly asides: readonly string[];
}

/** The numbers behind the figures of a view. */
export function lengthsTable(view: View): LengthsTable {
  const times = shownComparison(view);
  // What a model keeps is the same on every device.
  const sizes = view.shown[0].comparison;
  const batched = isBatched(view);
  const lengths = lengthsOf(times);
  const notes = new Footnotes();
  const quantity = (
    title: string,
    { models }: Comparison,
    cell: (model: string, tokens: number) => string,
  ) => ({
    title,
    models: models.map((m) => m.name),
    rows: lengths.map((tokens) => models.map(({ name }) => cell(name, tokens))),
  });
  const quantities = [
    quantity("Prefill", times, (model, tokens) => {
      const point = pointsOf(times, model, "prefill", 1).find((p) => p.tokens === tokens);
      if (point) return notes.text(formatMicroseconds(point.us), point.how);
      return notes.missing(`${model}: ${reasonFor(times, { model, phase: "prefill", tokens, batch: 1 })}`);
    }),
    quantity(batched ? "Time per token [sequences]" : "Time per token", times, (model, tokens) => {
      const point = decodePoints(times, model, batched).find((p) => p.tokens === tokens);
      if (!point) return notes.missing(`${model}: ${whyNoDecode(times, model, tokens, batched)}`);
      const sequences = batched ? ` [${point.batch}]` : "";
      return notes.text(formatMicroseconds(point.us / point.batch) + sequences, point.how);
    }),
    quantity("Memory of a sequence", sizes, (model, tokens) => {
      const row = sizes.memory.find((r) => r.model === model && r.tokens === tokens);
      return row ? formatBytes(totalBytes(row)) : notes.missing(`${model}: no memory was counted.`);
    }),
  ];
  return { lengths, quantities, notes: notes.lines(), asides: asidesOf(times, batched) };
}

function decodePoints(comparison: Comparison, model: string, batched: boolean): Point[] {
  return batched ? largest(comparison, model) : pointsOf(comparison, model, "decode", 1);
}

function whyNoDecode(comparison: Comparison, model: string, tokens: number, batched: boolean): string {
  if (!batched) return reasonFor(comparison, { model, phase: "decode", tokens, batch: 1 });
  const row = comparison.memory.find((r) => r.model === model && r.tokens === tokens);
  if (row?.largestBatch === undefined) return "the device's memory or the model's weights are not known.";
  if (row.largestBatch === 0) return "not even one sequence fits beside the weights.";
  return reasonFor(comparison, { model, phase: "decode", tokens, batch: row.largestBatch });
}

/** Notes of points, those of equal words together. */
function asidesOf(comparison: Comparison, batched: boolean): string[] {
  const lengths = new Map<string, Set<number>>();
  for (const { name } of comparison.models) {
    const points = [...pointsOf(comparison, name, "prefill", 1), ...decodePoints(comparison, name, batched)];
    for (const { phase, tokens, note } of points) {
      if (note === undefined) continue;
      const key = JSON.stringify([`${name}, ${phase} at`, note]);
      lengths.set(key, (lengths.get(key) ?? new Set()).add(tokens));
    }
  }
  return [...lengths].map(([key, at]) => {
    const [start, note] = JSON.parse(key);
    return `${start} ${[...at].map(formatTokens).join(", ")}: ${note}.`;
  });
}
