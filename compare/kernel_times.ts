import type { Timing, Trial } from "../profiles/schema.ts";
import type { Estimate } from "./comparison.ts";
import { extended, integrate, type WindowTime } from "./integrate.ts";
import { attends, callKey, decodeCall, type KernelCall, prefillCall } from "./kernel_calls.ts";
import type { Mixer } from "./model.ts";
import { flopsOf, type Known, projected, repeated, scaled } from "./project.ts";

/** What is known of one layer's time: an estimate, or why there is none. */
export type LayerTime = (Estimate & { readonly trial?: Trial }) | Missing;
interface Missing {
  readonly missing: string;
  /** The device can't do this, now or later: to guess a time would be to say that it can. */
  readonly final?: true;
}

const NOT_RUN: Missing = { missing: "not measured, as it would take more than its share of the time left" };

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
    this.#refused.set(callKey(call), reason.replace(`Cannot plan ${call.family}: `, ""));
  }

  trialOf(call: KernelCall): Trial | undefined {
    return this.#trials.get(callKey(call));
  }

  /** One decode step of `sequences` that hold `tokens` each. */
  decode(mixer: Mixer, tokens: number, sequences: number): LayerTime {
    const own = this.#measured(decodeCall(mixer, tokens, sequences));
    if (!("missing" in own) || own.final) return own;
    const known = this.#timesAt((length) => decodeCall(mixer, length, sequences));
    return because(own, projected(known, tokens, 1)) ?? own;
  }

  /** A prompt of `tokens`. */
  prefill(mixer: Mixer, tokens: number): LayerTime {
    const own = this.#measured(prefillCall(mixer, tokens));
    if (!("missing" in own)) return own;
    const known = this.#timesAt((length) => prefillCall(mixer, length));
    if (!attends(mixer)) return because(own, repeated(known, tokens)) ?? own;
    return this.#behindPrefixes(mixer, tokens, known) ??
      because(own, projected(known, tokens, 2) ?? scaled(known.at(-1), mixer, tokens)) ?? own;
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
    const distance = ({ axes }: Trial) => Math.abs(Math.log(flopsOf({ ...call, axes }) / own));
    const nearest = like.sort((a, b) => distance(a) - distance(b))[0];
    if (!nearest) return own / fallbackTflops / 1e6;
    // What is mostly the cost of a call does not shrink with it.
    return nearest.timing!.medianUs * Math.max(0.2, own / flopsOf({ ...call, axes: nearest.axes }));
  }

  /** The sum of windows that ran; on their line where they end too soon; undefined where there are too few. */
  #behindPrefixes(mixer: Mixer, tokens: number, known: readonly Known[]): LayerTime | undefined {
    const windows: (WindowTime & { readonly trial?: Trial })[] = [];
    for (const prefix of this.windowPrefixes()) {
      const window = this.#measured(prefillCall(mixer, this.windowTokens, prefix));
      if (!("missing" in window)) windows.push({ prefix, ...window });
      else if (window.final && prefix < tokens) return window;
    }
    const sum = integrate(windows, tokens, this.windowTokens) ??
      integrate(extended(windows, tokens - this.windowTokens), tokens, this.windowTokens);
    return sum && { ...this.#checked(sum, windows, known), trial: windows.at(-1)!.trial };
  }

  /** Widens a sum by what the sum of the longest prompt that also ran whole is off. */
  #checked(sum: Estimate, windows: readonly WindowTime[], known: readonly Known[]): Estimate {
    const whole = known.findLast(({ tokens }) => tokens >= 2 * this.windowTokens);
    const same = whole && integrate(windows, whole.tokens, this.windowTokens);
    if (!whole || !same) return sum;
    const off = same.us / whole.us;
    return {
      ...sum,
      lowUs: sum.lowUs * Math.min(1, 1 / off),
      highUs: sum.highUs * Math.max(1, 1 / off),
      note: `${sum.note}; at ${whole.tokens} tokens such a sum is ${(100 * (off - 1)).toFixed(1)} % off`,
    };
  }

  #measured(call: KernelCall): (Estimate & { readonly trial: Trial }) | Missing {
    const trial = this.trialOf(call);
    const refused = this.#refused.get(callKey(call));
    if (!trial) return refused === undefined ? NOT_RUN : { missing: refused, final: true };
    if (!trial.timing) {
      const { status, reason = "no reason given" } = trial;
      const isFinal = status !== "timeout" && status !== "device_lost";
      return { missing: `${status}: ${reason}`, ...(isFinal && { final: true as const }) };
    }
    const estimate = measuredEstimate(trial.timing);
    const notes = [
      ...(estimate.note === undefined ? [] : [estimate.note]),
      ...Object.keys(call.storage).filter((name) => trial.config[name] !== call.storage[name])
        .map((name) => `${name}=${trial.config[name]}, as the device lacks ${call.storage[name]}`),
    ];
    return { ...estimate, ...(notes.length > 0 && { note: notes.join("; ") }), trial };
  }

  #timesAt(callAt: (tokens: number) => KernelCall): Known[] {
    return this.lengths.flatMap((tokens) => {
      const time = this.#measured(callAt(tokens));
      return "missing" in time ? [] : [{ tokens, ...time }];
    });
  }
}

/** A timing as an estimate; at low clocks it may have taken longer than it needs. */
export function measuredEstimate({ medianUs: us, lowUs, highUs, lowClocks }: Timing): Estimate {
  return { us, lowUs, highUs, how: "measured", ...(lowClocks && { note: "at low clocks: an upper bound" }) };
}

/** An estimate with the reason why it is none of its own. */
function because(own: Missing, estimate: LayerTime | undefined): LayerTime | undefined {
  if (!estimate || "missing" in estimate || own === NOT_RUN) return estimate;
  return { ...estimate, note: `${estimate.note}, as it did not run: ${own.missing}` };
}
