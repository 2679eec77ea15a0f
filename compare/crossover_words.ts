import type { Answers, Crossover, Ratio } from "./answers.ts";
import type { How } from "./comparison.ts";
import { formatRoughTokens, formatTokens } from "./quantities.ts";

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
    const span = spanOf(mine.map((r) => r.tokens));
    if (mine.every(isTie)) {
      return [`${label}: ${model} and ${against} tie at every length compared, ${span}.`];
    }
    const words = crossoverWords(crossovers[phase], model, against, span);
    return [`${label}: ${words}${sureness(crossovers[phase], mine)}${tieWords(mine)}.`];
  });
}

/** Where one curve falls below another's; `span` names the lengths compared. */
export function crossoverWords(crossover: Crossover, name: string, other: string, span: string): string {
  switch (crossover.kind) {
    case "always":
      return `${name} takes less time than ${other} at every length compared, ${span}`;
    case "never":
      return `${name} takes no less time than ${other} at the longest length compared, ${span}`;
    case "at": {
      const [from, to] = crossover.between.map(formatTokens);
      const at = formatRoughTokens(crossover.tokens);
      return `${name} takes less time than ${other} from about ${at} tokens on, between ${from} and ${to}`;
    }
  }
}

/** Lengths as `4K to 1M`; one alone by itself. */
export function spanOf(lengths: readonly number[]): string {
  const [first, last] = [Math.min(...lengths), Math.max(...lengths)].map(formatTokens);
  return first === last ? first : `${first} to ${last}`;
}

/** Says where a crossing lies between numbers that were not measured. */
function sureness(crossover: Crossover, ratios: readonly Ratio[]): string {
  if (crossover.kind !== "at") return "";
  const hows = ratios.filter((r) => crossover.between.includes(r.tokens)).map((r) => r.how);
  const least = (["projected", "integrated"] as const satisfies readonly How[]).find((how) =>
    hows.includes(how)
  );
  return least ? ` (from ${least} numbers)` : "";
}

function tieWords(ratios: readonly Ratio[]): string {
  const ties = ratios.filter(isTie).map((r) => formatTokens(r.tokens));
  return ties.length > 0 ? `; a tie within the intervals at ${ties.join(", ")}` : "";
}
