import { largest, pointsOf } from "../../../compare/answers.ts";
import type { Comparison, Point } from "../../../compare/comparison.ts";
import { Footnotes, reasonFor } from "../../../compare/footnotes.ts";
import { lengthsOf } from "../../../compare/lengths.ts";
import { totalBytes } from "../../../compare/memory.ts";
import { formatBytes, formatMicroseconds, formatTokens } from "../../../compare/quantities.ts";
import { isBatched, shownComparison } from "./shown_figures.ts";
import type { View } from "./view.ts";

/** Lengths by models, a group of columns a quantity. */
export interface LengthsTable {
  readonly groups: readonly { readonly title: string; readonly models: readonly string[] }[];
  readonly rows: readonly { readonly tokens: number; readonly cells: readonly string[] }[];
  /** What marks mean, and why numbers are missing. */
  readonly notes: readonly string[];
  /** What is said of single numbers, each once. */
  readonly asides: readonly string[];
}

/** The numbers behind the figures of a view. */
export function lengthsTable(view: View): LengthsTable {
  const times = shownComparison(view);
  const sizes = view.shown[0].comparison;
  const notes = new Footnotes();
  const batched = isBatched(view);
  const names = times.models.map((m) => m.name);
  const decoded = new Map(
    names.map((name) => [name, batched ? largest(times, name) : pointsOf(times, name, "decode", 1)] as const),
  );
  const time = (point: Point | undefined, why: () => string) => {
    if (!point) return notes.missing(why());
    const several = batched && point.phase === "decode" ? ` [${point.batch}]` : "";
    return notes.text(formatMicroseconds(point.us / (several ? point.batch : 1)) + several, point.how);
  };
  const rows = lengthsOf(times).map((tokens) => ({
    tokens,
    cells: [
      ...names.map((model) =>
        time(
          pointsOf(times, model, "prefill", 1).find((p) => p.tokens === tokens),
          () => `${model}: ${reasonFor(times, { model, phase: "prefill", tokens, batch: 1 })}`,
        )
      ),
      ...names.map((model) =>
        time(
          decoded.get(model)!.find((p) => p.tokens === tokens),
          () => `${model}: ${whyNoDecode(times, model, tokens, batched)}`,
        )
      ),
      ...sizes.models.map(({ name }) => {
        const row = sizes.memory.find((r) => r.model === name && r.tokens === tokens);
        return row ? formatBytes(totalBytes(row)) : notes.missing(`${name}: no memory was counted.`);
      }),
    ],
  }));
  return {
    groups: [
      { title: "Prefill", models: names },
      { title: batched ? "Time per token [sequences]" : "Time per token", models: names },
      { title: "Memory of a sequence", models: sizes.models.map((m) => m.name) },
    ],
    rows,
    notes: notes.lines(),
    asides: asidesOf(times, batched),
  };
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
    const decode = batched ? largest(comparison, name) : pointsOf(comparison, name, "decode", 1);
    for (const { phase, tokens, note } of [...pointsOf(comparison, name, "prefill", 1), ...decode]) {
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
