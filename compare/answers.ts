import { type Comparison, type FormulationPoint, HOW, type How, type Point } from "./comparison.ts";
import { totalBytes } from "./memory.ts";

/** One time over another at one length; above 1 the first model is faster. */
export interface Ratio {
  readonly phase: "prefill" | "decode";
  readonly tokens: number;
  /** Sequences of the first model and of the other. */
  readonly batches: readonly [number, number];
  readonly ratio: number;
  /** The ends of its interval. */
  readonly low: number;
  readonly high: number;
  readonly how: How;
}

/** Where one curve falls below another. */
export type Crossover =
  | { readonly kind: "always" | "never" }
  /** `tokens`: where lines through the neighbouring lengths meet, on log axes. */
  | { readonly kind: "at"; readonly tokens: number; readonly between: readonly [number, number] };

/** What a comparison says of its first model against another. */
export interface Answers {
  readonly model: string;
  readonly against: string;
  /** At batch 1. */
  readonly ratios: readonly Ratio[];
  /** Time a token of each model's largest batch. */
  readonly batched: readonly Ratio[];
  readonly crossovers: { readonly prefill: Crossover; readonly decode: Crossover };
  /** Cache and state of one sequence: share saved at each length. */
  readonly saved: readonly { readonly tokens: number; readonly share: number }[];
}

/** The less sure of two. */
export function lessSure(a: How, b: How): How {
  return HOW.indexOf(a) > HOW.indexOf(b) ? a : b;
}

/** The first model against each other one. */
export function answersOf(comparison: Comparison): Answers[] {
  const [first, ...others] = comparison.models.map((m) => m.name);
  return others.map((other) => ({
    model: first,
    against: other,
    ratios: (["prefill", "decode"] as const).flatMap((phase) => {
      const single = (model: string) => pointsOf(comparison, model, phase, 1);
      return ratios(single(first), single(other), (p) => p.us);
    }),
    batched: ratios(largest(comparison, first), largest(comparison, other), (p) => p.us / p.batch),
    crossovers: {
      prefill: crossover(
        pointsOf(comparison, first, "prefill", 1),
        pointsOf(comparison, other, "prefill", 1),
      ),
      decode: crossover(pointsOf(comparison, first, "decode", 1), pointsOf(comparison, other, "decode", 1)),
    },
    saved: savings(comparison, first, other),
  }));
}

/** A model's points of one phase and batch, shortest first. */
export function pointsOf(
  { points }: Comparison,
  model: string,
  phase: Point["phase"],
  batch: number,
): Point[] {
  return points.filter((p) => p.model === model && p.phase === phase && p.batch === batch)
    .sort((a, b) => a.tokens - b.tokens);
}

/** A model's decode points at the largest batch of each length that fits, shortest first. */
export function largest({ points, memory }: Comparison, model: string): Point[] {
  return memory.filter((row) => row.model === model).flatMap((row) =>
    points.filter((p) =>
      p.model === model && p.phase === "decode" && p.tokens === row.tokens && p.batch === row.largestBatch
    )
  ).sort((a, b) => a.tokens - b.tokens);
}

function ratios(mine: readonly Point[], theirs: readonly Point[], usOf: (p: Point) => number): Ratio[] {
  return mine.flatMap((a) => {
    const b = theirs.find((p) => p.tokens === a.tokens);
    if (!b) return [];
    const ratio = usOf(b) / usOf(a);
    const [low, high] = shares(b, a).map((share) => ratio * share);
    return [{
      phase: a.phase,
      tokens: a.tokens,
      batches: [a.batch, b.batch] as const,
      ratio,
      low,
      high,
      how: lessSure(a.how, b.how),
    }];
  });
}

/**
 * How far the quotient of two points may be off, as factors: the extremes over all ends of their layers' intervals. A
 * kernel that both run is as fast in the one as in the other, so its ends count together.
 */
function shares(over: Point, under: Point): [low: number, high: number] {
  const keyOf = (part: Point["parts"][number]) => `${part.label} ${JSON.stringify(part.axes)} ${part.us}`;
  const keys = [...new Set([...over.parts, ...under.parts].map(keyOf))];
  const factors: number[] = [];
  for (let corner = 0; corner < 2 ** keys.length; corner++) {
    const end = ({ parts, us }: Point) =>
      parts.reduce((sum, part) => {
        const isHigh = corner >> keys.indexOf(keyOf(part)) & 1;
        return sum + part.layers * (isHigh ? part.highUs : part.lowUs);
      }, 0) / us;
    factors.push(end(over) / end(under));
  }
  return [Math.min(...factors), Math.max(...factors)];
}

/** The first length from which on `mine` takes less time than `theirs`, both by length. */
export function crossover(
  mine: readonly { readonly tokens: number; readonly us: number }[],
  theirs: readonly { readonly tokens: number; readonly us: number }[],
): Crossover {
  const gaps = mine.flatMap((a) => {
    const b = theirs.find((p) => p.tokens === a.tokens);
    return b ? [{ tokens: a.tokens, gap: Math.log(b.us / a.us) }] : [];
  });
  const last = gaps.findLastIndex(({ gap }) => gap <= 0);
  if (last === gaps.length - 1) return { kind: "never" };
  if (last < 0) return { kind: "always" };
  const [from, to] = [gaps[last], gaps[last + 1]];
  const share = -from.gap / (to.gap - from.gap);
  const tokens = Math.round(from.tokens * (to.tokens / from.tokens) ** share);
  return { kind: "at", tokens, between: [from.tokens, to.tokens] };
}

function savings({ memory }: Comparison, mine: string, theirs: string): Answers["saved"] {
  return memory.filter((row) => row.model === mine).flatMap((a) => {
    const b = memory.find((row) => row.model === theirs && row.tokens === a.tokens);
    if (!b) return [];
    return [{ tokens: a.tokens, share: 1 - totalBytes(a) / totalBytes(b) }];
  });
}

/** Where each other formulation of a family falls below its `recurrent` one. */
export function formulationCrossovers(
  points: readonly FormulationPoint[],
): { family: string; formulation: string; crossover: Crossover }[] {
  const families = [...new Set(points.map((p) => p.family))];
  return families.flatMap((family) => {
    const mine = points.filter((p) => p.family === family);
    const names = [...new Set(mine.map((p) => p.formulation))].filter((name) => name !== "recurrent");
    const of = (name: string) =>
      mine.filter((p) => p.formulation === name).sort((a, b) => a.tokens - b.tokens);
    if (of("recurrent").length === 0) return [];
    return names.map((formulation) => ({
      family,
      formulation,
      crossover: crossover(of(formulation), of("recurrent")),
    }));
  });
}
