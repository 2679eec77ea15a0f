import { type Answers, answersOf, type Crossover, type Ratio } from "./answers.ts";
import type { Comparison } from "./comparison.ts";
import { Footnotes, lengthsOf, reasonFor } from "./footnotes.ts";
import { formatPercent, formatRoughTokens, formatTokens, threeDigits } from "./quantities.ts";
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
      cell(
        batched.find((r) => r.tokens === tokens),
        () => "One of the two has no number at its largest batch.",
        true,
      ),
      share === undefined ? notes.missing("No memory was counted.") : formatPercent(share),
    ];
  });
  return {
    title: `${model} against ${against}`,
    caption:
      `Times of ${against} over times of ${model}, with 95 % intervals: above 1 ${model} is faster, and an ` +
      `interval that holds 1 is a tie. Saved: share of cache, states and conv inputs it does without.`,
    head: ["context", "prefill", "decode, batch 1", "decode, largest batches", "saved"],
    rows,
    words: [0],
    notes: [...crossoverLines(answers), ...notes.lines()],
  };
}

/** `2.31 [2.25, 2.38]`; behind it `tie` where the interval holds 1. */
export function formatRatio(ratio: Ratio): string {
  const { ratio: value, low, high } = ratio;
  return `${threeDigits(value)} [${threeDigits(low)}, ${threeDigits(high)}]${isTie(ratio) ? " tie" : ""}`;
}

/** Whether the interval does not say which of the two is faster. */
export function isTie({ low, high }: Pick<Ratio, "low" | "high">): boolean {
  return low <= 1 && high >= 1;
}

/** Where the curves cross, a sentence a phase that has ratios. */
export function crossoverLines({ model, against, crossovers, ratios }: Answers): string[] {
  return (["prefill", "decode"] as const).flatMap((phase) => {
    const mine = ratios.filter((r) => r.phase === phase);
    if (mine.length === 0) return [];
    const label = phase === "prefill" ? "Prefill" : "Decode at batch 1";
    const span = `${formatTokens(mine[0].tokens)} to ${formatTokens(mine.at(-1)!.tokens)}`;
    return [`${label}: ${crossoverWords(crossovers[phase], model, against, span)}${tieWords(mine)}.`];
  });
}

/** Where one curve falls below another's; `span` names the lengths compared. */
export function crossoverWords(crossover: Crossover, name: string, other: string, span: string): string {
  switch (crossover.kind) {
    case "always":
      return `${name} takes less time than ${other} at every length compared, ${span}`;
    case "never":
      return `${name} takes no less time than ${other} at the longest length compared (${span})`;
    case "at": {
      const [from, to] = crossover.between.map(formatTokens);
      const at = formatRoughTokens(crossover.tokens);
      return `${name} takes less time than ${other} from about ${at} tokens on (between ${from} and ${to})`;
    }
  }
}

function tieWords(ratios: readonly Ratio[]): string {
  const ties = ratios.filter(isTie).map((r) => formatTokens(r.tokens));
  return ties.length > 0 ? `; a tie within the intervals at ${ties.join(", ")}` : "";
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
