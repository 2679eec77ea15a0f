import { type Answers, answersOf, largest, pointsOf, type Ratio } from "./answers.ts";
import { type Comparison, HOW, type How, type Point } from "./comparison.ts";
import { crossoverLines, isTie } from "./crossover_words.ts";
import { reasonFor } from "./footnotes.ts";
import { lengthsOf } from "./lengths.ts";
import { totalBytes } from "./memory.ts";
import {
  formatBytes,
  formatFactor,
  formatPercent,
  formatTime,
  formatTokens,
  percentAbove,
  threeDigits,
} from "./quantities.ts";

/** Marks the answer of a sentence. */
type Strong = (text: string) => string;

/** What a comparison says of its first model against each other one, in sentences whose answers are made `strong`. */
export function headlines(
  comparison: Comparison,
  strong: Strong = (text) => text,
): { title: string; lines: string[] }[] {
  return answersOf(comparison).map((answers) => ({
    title: `${answers.model} against ${answers.against}`,
    lines: [
      timeLine(comparison, answers, "decode", strong),
      ...batchedLine(comparison, answers, strong),
      timeLine(comparison, answers, "prefill", strong),
      ...memoryLine(comparison, answers, strong),
      ...batchLine(comparison, answers),
      ...crossoverLines(answers),
    ],
  }));
}

/** How much faster or slower, in percent where three digits would not show it, or a tie; with the interval. */
export function verdict({ ratio, low, high, how }: Pick<Ratio, "ratio" | "low" | "high" | "how">): string {
  const interval = (from: string, to: string) =>
    how === "projected" ? `(between ${from} and ${to})` : `(95 % interval ${from} to ${to})`;
  if (isTie({ low, high })) {
    return `a tie, ${threeDigits(ratio)} times the speed ${interval(formatFactor(low), formatFactor(high))}`;
  }
  const [word, factor, least, most] = ratio > 1
    ? ["faster", ratio, low, high] as const
    : ["slower", 1 / ratio, 1 / high, 1 / low] as const;
  return threeDigits(factor) === "1.00"
    ? `${percentAbove(factor)} % ${word} ${interval(percentAbove(least), `${percentAbove(most)} %`)}`
    : `${threeDigits(factor)} times ${word} ${interval(formatFactor(least), formatFactor(most))}`;
}

function timeLine(comparison: Comparison, answers: Answers, phase: Point["phase"], strong: Strong): string {
  const { model, against } = answers;
  const label = phase === "decode" ? "Decode at batch 1" : "Prefill";
  const ratios = answers.ratios.filter((r) => r.phase === phase);
  const longest = lengthsOf(comparison, phase).at(-1);
  if (longest === undefined) return `${label}: not asked for.`;
  const gap = gapLine(comparison, [model, against], phase, longest);
  const last = ratios.at(-1);
  if (!last) return `${label}: the two have numbers at no common length.${gap}`;
  const of = (name: string) => pointsOf(comparison, name, phase, 1).find((p) => p.tokens === last.tokens)!;
  return `${label}: ${pairLine(of(model), of(against), last, phase === "decode" ? " a token" : "", strong)}` +
    `${measuredLine(ratios)}${last.tokens < longest ? gap : ""}`;
}

function batchedLine(comparison: Comparison, answers: Answers, strong: Strong): string[] {
  const { model, against, batched } = answers;
  const last = batched.at(-1);
  if (!last) return [];
  const of = (name: string) => {
    const point = largest(comparison, name).find((p) => p.tokens === last.tokens)!;
    return { ...point, us: point.us / point.batch };
  };
  const [mine, theirs] = [of(model), of(against)];
  const label = `Decode with as many sequences as fit (${mine.batch} and ${theirs.batch})`;
  return [`${label}: ${pairLine(mine, theirs, last, " a token", strong)}${measuredLine(batched)}`];
}

function pairLine(mine: Point, theirs: Point, ratio: Ratio, per: string, strong: Strong): string {
  const hows = mine.how === theirs.how
    ? `both ${HOW_WORDS[mine.how]}`
    : `${mine.model} ${HOW_WORDS[mine.how]}, ${theirs.model} ${HOW_WORDS[theirs.how]}`;
  const time = ({ us, how }: Point) => `${how === "projected" ? "~" : ""}${formatTime(us)}`;
  return `at ${formatTokens(ratio.tokens)} tokens ${mine.model} takes ${
    time(mine)
  }${per} and ${theirs.model} ` +
    `${time(theirs)}: ${strong(verdict(ratio))}, ${hows}.`;
}

const HOW_WORDS: Readonly<Record<How, string>> = {
  measured: "measured",
  integrated: "integrated from windows that ran",
  projected: "projected, not run whole",
};

/** The longest length that was measured on both sides, where the last one was not. */
function measuredLine(ratios: readonly Ratio[]): string {
  if (ratios.at(-1)!.how === HOW[0]) return "";
  const measured = ratios.findLast((r) => r.how === HOW[0]);
  if (!measured) return " No length was measured on both sides.";
  return ` The longest length measured on both sides, ${formatTokens(measured.tokens)}: ${
    verdict(measured)
  }.`;
}

function gapLine(
  comparison: Comparison,
  models: readonly string[],
  phase: Point["phase"],
  tokens: number,
): string {
  const gaps = models.filter((model) =>
    !pointsOf(comparison, model, phase, 1).some((p) => p.tokens === tokens)
  );
  return gaps.map((model) => {
    const reason = reasonFor(comparison, { model, phase, tokens, batch: 1 });
    return ` At ${formatTokens(tokens)} there is no number for ${model} (${reason.replace(/\.$/, "")}).`;
  }).join("");
}

function memoryLine({ memory }: Comparison, { model, against, saved }: Answers, strong: Strong): string[] {
  const last = saved.at(-1);
  if (!last) return [];
  const of = (name: string) =>
    formatBytes(totalBytes(memory.find((row) => row.model === name && row.tokens === last.tokens)!));
  const change = Math.abs(last.share) < 0.0005
    ? "the same"
    : last.share > 0
    ? `${formatPercent(last.share)} saved`
    : `${formatPercent(-last.share)} more`;
  return [
    `Memory: one sequence of ${formatTokens(last.tokens)} tokens keeps ${
      of(model)
    } of cache, states and conv ` +
    `inputs where ${against} keeps ${of(against)}: ${strong(change)}, counted from sizes.`,
  ];
}

function batchLine({ memory, memoryBytes, weightBits }: Comparison, { model, against }: Answers): string[] {
  const of = (name: string) =>
    memory.filter((row) => row.model === name && row.largestBatch !== undefined)
      .sort((a, b) => a.tokens - b.tokens).at(-1);
  const [mine, theirs] = [of(model), of(against)];
  if (!mine || !theirs || memoryBytes === undefined || mine.tokens !== theirs.tokens) return [];
  const beside = mine.weightBytes > 0 && theirs.weightBytes > 0
    ? ` beside ${weightBits}-bit weights`
    : ", weights not counted where a model does not state them";
  return [
    `Largest batch: ${formatBytes(memoryBytes)} hold ${mine.largestBatch} sequences of ` +
    `${formatTokens(mine.tokens)} tokens of ${model} and ${theirs.largestBatch} of ${against}${beside}.`,
  ];
}
