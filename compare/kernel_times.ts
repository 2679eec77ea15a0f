import { familyNamed } from "../kernels/mod.ts";
import type { Trial } from "../profiles/schema.ts";
import type { Estimate } from "./comparison.ts";
import { integrate } from "./integrate.ts";
import { attends, callKey, decodeCall, type KernelCall, prefillCall } from "./kernel_calls.ts";
import type { Mixer } from "./model.ts";

/** What is known of one layer's time: an estimate, or why there is none. */
export type LayerTime = (Estimate & { readonly trial?: Trial }) | { readonly missing: string };

/** Times of kernels at the sizes they ran at, and what follows from them for other sizes. */
export class KernelTimes {
  readonly #trials = new Map<string, Trial>();
  readonly #refused = new Map<string, string>();

  /** `lengths`: all lengths of the comparison; `windowTokens`: of windows behind a prefix. */
  constructor(readonly lengths: readonly number[], readonly windowTokens: number) {}

  add(call: KernelCall, trial: Trial): void {
    this.#trials.set(callKey(call), trial);
  }

  /** Remembers why a call was not run. */
  refuse(call: KernelCall, reason: string): void {
    this.#refused.set(callKey(call), reason);
  }

  trialOf(call: KernelCall): Trial | undefined {
    return this.#trials.get(callKey(call));
  }

  /** One decode step of `sequences` that hold `tokens` each. */
  decode(mixer: Mixer, tokens: number, sequences: number): LayerTime {
    const own = this.#measured(decodeCall(mixer, tokens, sequences));
    if (own && !("missing" in own)) return own;
    const known = this.#timesAt((length) => decodeCall(mixer, length, sequences));
    return projected(known, tokens, 1) ?? own ?? { missing: "not measured: out of time" };
  }

  /** A prompt of `tokens`. */
  prefill(mixer: Mixer, tokens: number): LayerTime {
    const own = this.#measured(prefillCall(mixer, tokens));
    if (own && !("missing" in own)) return own;
    const known = this.#timesAt((length) => prefillCall(mixer, length));
    if (!attends(mixer)) {
      const longest = known.at(-1);
      if (longest) return repeated(longest, tokens);
    } else {
      const windows = this.windowPrefixes().flatMap((prefix) => {
        const window = this.#measured(prefillCall(mixer, this.windowTokens, prefix));
        return window && !("missing" in window) ? [{ prefix, ...window }] : [];
      });
      const sum = integrate(windows, tokens, this.windowTokens);
      if (sum) return { ...sum, trial: windows.at(-1)!.trial };
    }
    return projected(known, tokens, attends(mixer) ? 2 : 1) ?? this.#scaled(known.at(-1), mixer, tokens) ??
      own ?? { missing: "not measured: out of time" };
  }

  /** Prefixes worth a window: none, and those of the last window of every length. */
  windowPrefixes(): number[] {
    const ends = this.lengths.map((length) => length - this.windowTokens).filter((prefix) => prefix > 0);
    return [0, ...ends];
  }

  /** What a call is likely to take, us, by the nearest one like it; `fallbackTflops` where there is none. */
  guessUs(call: KernelCall, fallbackTflops: number): number {
    const own = flopsOf(call);
    const like = [...this.#trials.values()].filter((t) => t.family === call.family && t.timing);
    const flops = ({ axes }: Trial) => flopsOf({ ...call, axes });
    const nearest = like.sort((a, b) => distance(flops(a), own) - distance(flops(b), own))[0];
    if (!nearest) return own / fallbackTflops / 1e6;
    // What is mostly the cost of a call does not shrink with it.
    return nearest.timing!.medianUs * Math.max(0.2, own / flops(nearest));
  }

  #measured(call: KernelCall): LayerTime | undefined {
    const trial = this.trialOf(call);
    const refused = this.#refused.get(callKey(call));
    if (!trial) return refused === undefined ? undefined : { missing: refused };
    if (!trial.timing) return { missing: `${trial.status}: ${trial.reason ?? "no reason given"}` };
    const { medianUs: us, lowUs, highUs, lowClocks } = trial.timing;
    const notes = [
      ...(lowClocks ? ["at low clocks: an upper bound"] : []),
      ...Object.keys(call.storage).filter((name) => trial.config[name] !== call.storage[name])
        .map((name) => `${name}=${trial.config[name]}, as the device lacks ${call.storage[name]}`),
    ];
    return { us, lowUs, highUs, how: "measured", ...(notes.length > 0 && { note: notes.join("; ") }), trial };
  }

  /** From the one prompt that ran, by operations; no less than by tokens. */
  #scaled(known: Known | undefined, mixer: Mixer, tokens: number): LayerTime | undefined {
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

  #timesAt(callAt: (tokens: number) => KernelCall): Known[] {
    return this.lengths.flatMap((tokens) => {
      const time = this.#measured(callAt(tokens));
      return time && !("missing" in time) ? [{ tokens, ...time }] : [];
    });
  }
}

type Known = Estimate & { readonly tokens: number; readonly trial?: Trial };

/** A recurrence goes on from its state at the same pace: as many times the longest prompt that ran as are needed. */
function repeated({ tokens: ran, us, lowUs, highUs, trial }: Known, tokens: number): LayerTime {
  const times = tokens / ran;
  const note = `${times.toPrecision(3)} windows of ${ran} tokens, the state carried over`;
  return { us: us * times, lowUs: lowUs * times, highUs: highUs * times, how: "integrated", note, trial };
}

/**
 * From the two longest that ran: on a line through them (degree 1), or on a t + b t^2 (degree 2: the pairs of attention).
 * The interval takes their ends against each other.
 */
function projected(known: readonly Known[], tokens: number, degree: 1 | 2): LayerTime | undefined {
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

function flopsOf({ family, axes, storage }: KernelCall): number {
  return familyNamed(family).work(axes, storage).flops;
}

const distance = (a: number, b: number) => Math.abs(Math.log(a / b));
