import { type Comparison, type Estimate, HOW, type How, type Point } from "./comparison.ts";
import { marked, MARKS, threeDigits } from "./quantities.ts";

/** Writes numbers into cells of one table and keeps what has to be said below it. */
export class Footnotes {
  readonly #hows = new Set<How>();
  readonly #reasons: string[] = [];

  /** A time in units of `unitUs`, of so many sequences where told, marked with how it was come by. */
  time({ us, how }: Pick<Estimate, "us" | "how">, unitUs: number, sequences?: number): string {
    const batch = sequences === undefined ? "" : ` [${sequences}]`;
    return this.text(threeDigits(us / unitUs) + batch, how);
  }

  /** A text made of numbers, marked with the least sure of them. */
  text(text: string, how: How): string {
    this.#hows.add(how);
    return marked(text, how);
  }

  /** A dash, and the number of the note that gives the reason. */
  missing(reason: string): string {
    const known = this.#reasons.indexOf(reason);
    return `- (${known >= 0 ? known + 1 : this.#reasons.push(reason)})`;
  }

  /** Meanings of the marks used, where any was, then the reasons. */
  lines(): string[] {
    const marks = HOW.filter((how) => this.#hows.has(how));
    const told = marks.some((how) => how !== "measured") ? marks.map((how) => MARKS[how]) : [];
    return [...told, ...this.#reasons.map((reason, i) => `(${i + 1}) ${reason}`)];
  }
}

/** Why there is no number at that point. */
export function reasonFor(
  { missing }: Comparison,
  { model, phase, tokens, batch }: Pick<Point, "model" | "phase" | "tokens" | "batch">,
): string {
  const told = missing.find((m) =>
    m.model === model && m.phase === phase && m.tokens === tokens && m.batch === batch
  );
  return told?.reason ?? "It was not asked for.";
}
