import { familyNamed } from "../kernels/mod.ts";
import type { Trial } from "../profiles/schema.ts";
import type { Estimate } from "./comparison.ts";
import { type KernelCall, prefillCall } from "./kernel_calls.ts";
import type { Mixer } from "./model.ts";

/** A time at a length that ran. */
export type Known = Estimate & { readonly tokens: number; readonly trial?: Trial };
type Guess = Estimate & { readonly trial?: Trial };

/** Operations of a call. */
export function flopsOf({ family, axes, storage }: KernelCall): number {
  return familyNamed(family).work(axes, storage).flops;
}

/**
 * A recurrence goes on from its state at the pace it had between the two longest prompts that ran; the interval holds
 * the longest one's own pace as well. Undefined where none ran.
 */
export function repeated(known: readonly Known[], tokens: number): Guess | undefined {
  const longest = known.at(-1);
  if (!longest) return undefined;
  const times = tokens / longest.tokens;
  const note = `${times.toPrecision(3)} windows of ${longest.tokens} tokens, the state carried over`;
  const { us, lowUs, highUs, trial } = longest;
  const alike = { us: us * times, lowUs: lowUs * times, highUs: highUs * times, how: "integrated" as const };
  const line = projected(known, tokens, 1);
  if (!line) return { ...alike, note, trial };
  return {
    us: line.us,
    lowUs: Math.min(line.lowUs, alike.lowUs),
    highUs: Math.max(line.highUs, alike.highUs),
    how: "integrated",
    note,
    trial,
  };
}

/**
 * From the two longest that ran: on a line through them (degree 1), or on a t + b t^2 (degree 2: the pairs of attention).
 * The interval takes their ends against each other. Undefined where fewer ran.
 */
export function projected(known: readonly Known[], tokens: number, degree: 1 | 2): Guess | undefined {
  const [a, b] = known.slice(-2);
  if (!b) return undefined;
  // More tokens never take less time, whatever the noise between the two says.
  const at = (ua: number, ub: number) => {
    const [va, vb] = degree === 1 ? [ua, ub] : [ua / a.tokens, ub / b.tokens];
    const slope = Math.max(0, (vb - va) / (b.tokens - a.tokens));
    return (vb + slope * (tokens - b.tokens)) * (degree === 1 ? 1 : tokens);
  };
  const ends = [at(a.us, b.us), at(a.highUs, b.lowUs), at(a.lowUs, b.highUs)].sort((x, y) => x - y);
  if (!(ends[0] > 0)) return undefined;
  const note = `${degree === 1 ? "a line" : "a parabola"} through ${a.tokens} and ${b.tokens} tokens`;
  return { us: at(a.us, b.us), lowUs: ends[0], highUs: ends[2], how: "projected", note, trial: b.trial };
}

/** A prompt of attention from the one that ran, by operations; no less than by tokens. */
export function scaled(known: Known | undefined, mixer: Mixer, tokens: number): Guess | undefined {
  if (!known) return undefined;
  const byTokens = tokens / known.tokens;
  const byFlops = flopsOf(prefillCall(mixer, tokens)) / flopsOf(prefillCall(mixer, known.tokens));
  const { us, lowUs, highUs, trial } = known;
  const note = `by operations from ${known.tokens} tokens`;
  return {
    us: us * byFlops,
    lowUs: lowUs * byTokens,
    highUs: highUs * byFlops,
    how: "projected",
    note,
    trial,
  };
}
