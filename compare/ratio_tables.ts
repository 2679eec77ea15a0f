import { type Answers, answersOf, type Ratio } from "./answers.ts";
import type { Comparison } from "./comparison.ts";
import { crossoverLines, isTie } from "./crossover_words.ts";
import { Footnotes, reasonFor } from "./footnotes.ts";
import { lengthsOf } from "./lengths.ts";
import { formatFactor, formatPercent, formatTokens, threeDigits } from "./quantities.ts";
import type { Table } from "./table.ts";

/** How many times faster the first model is than each other one, and what it saves. */
export function ratioTables(comparison: Comparison): Table[] {
  return answersOf(comparison).map((answers) => ratioTable(comparison, answers));
}

function ratioTable(comparison: Comparison, answers: Answers): Table {
  const { model, against, ratios, batched, saved } = answers;
  const notes = new Footnotes();
  const cell = (ratio: Ratio | undefined, why: () => string, withBatches = false) => {
    if (!ratio) return notes.missing(why());
    const batches = withBatches ? ` (${ratio.batches.join(" : ")})` : "";
    return notes.text(`${formatRatio(ratio)}${batches}`, ratio.how);
  };
  const isBatched = comparison.memoryBytes !== undefined;
  const rows = lengthsOf(comparison).map((tokens) => {
    const single = (phase: Ratio["phase"]) =>
      cell(
        ratios.find((r) => r.phase === phase && r.tokens === tokens),
        () => whyNot(comparison, [model, against], phase, tokens),
      );
    const share = saved.find((s) => s.tokens === tokens)?.share;
    return [
      formatTokens(tokens),
      single("prefill"),
      single("decode"),
      ...(isBatched
        ? [cell(
          batched.find((r) => r.tokens === tokens),
          () => "One of the two has no number at its largest batch.",
          true,
        )]
        : []),
      share === undefined ? notes.missing("No memory was counted.") : formatPercent(share),
    ];
  });
  return {
    title: `${model} against ${against}`,
    caption:
      `Times of ${against} over times of ${model}, with 95 % intervals: above 1 ${model} is faster, and an ` +
      `interval that holds 1 is a tie. Saved: share of cache, states and conv inputs it does without.`,
    head: [
      "context",
      "prefill",
      "decode, batch 1",
      ...(isBatched ? ["decode, largest batches"] : []),
      "saved",
    ],
    rows,
    words: [0],
    notes: [...crossoverLines(answers), ...notes.lines()],
  };
}

/** `2.31 [2.25, 2.38]`, `1.0017 [1.0013, 1.0020]`; behind it `tie` where the interval holds 1. */
export function formatRatio(ratio: Ratio): string {
  const interval = `[${formatFactor(ratio.low)}, ${formatFactor(ratio.high)}]`;
  return isTie(ratio)
    ? `${threeDigits(ratio.ratio)} ${interval} tie`
    : `${formatFactor(ratio.ratio)} ${interval}`;
}

function whyNot(
  comparison: Comparison,
  models: readonly string[],
  phase: Ratio["phase"],
  tokens: number,
): string {
  const without = models.find((model) =>
    !comparison.points.some((p) =>
      p.model === model && p.phase === phase && p.tokens === tokens && p.batch === 1
    )
  )!;
  return `${without}: ${reasonFor(comparison, { model: without, phase, tokens, batch: 1 })}`;
}
