import type { Trial } from "../profiles/schema.ts";
import { attends, callKey, decodeCall, type KernelCall, prefillCall } from "./kernel_calls.ts";
import type { KernelTimes } from "./kernel_times.ts";
import { largestBatch } from "./memory.ts";
import type { Mixer, Model } from "./model.ts";

/** What is compared, and in what memory. */
export interface Question {
  readonly models: readonly Model[];
  readonly lengths: readonly number[];
  readonly memoryBytes?: number;
  readonly weightBits: number;
}

/** Who runs the calls, and how long there is. */
export interface Bench {
  /** The stored trial of a call, where it still holds. */
  known(call: KernelCall): Promise<Trial | undefined>;
  /** A stored trial at low clocks: worth taking again, and better than none. */
  poor(call: KernelCall): Promise<Trial | undefined>;
  /** Why a call must not run, as in "it needs more memory than there is"; undefined where it may. */
  refusal(call: KernelCall): Promise<string | undefined>;
  /** Times one call; one that fails is a trial too. */
  run(call: KernelCall, what: string): Promise<Trial>;
  /** Spans one measurement comes to: warming up, finding the number of repeats, samples. */
  readonly spans: number;
  /** Milliseconds left. */
  leftMs(): number;
  /** A rate to guess by where nothing like a call has run. */
  readonly fallbackTflops: number;
}

/** No single measurement takes longer, nor more than this share of the time left: what does is worked out from windows. */
const LONGEST_MS = 15_000;
const SHARE = 0.25;

/**
 * Times every kernel call the models need, the surest answers first: decode at batch 1 at every length, prompts as long
 * as the time allows, windows behind prefixes for what is longer, then the largest batches. What is left out when time
 * runs out is for `KernelTimes` to fill.
 */
export async function measureAll(question: Question, times: KernelTimes, bench: Bench): Promise<void> {
  const { models, lengths } = question;
  const mixers = distinctMixers(models);

  /** False where the call would take too long, must not run, or failed. */
  const measure = async (call: KernelCall, what: string): Promise<boolean> => {
    const known = times.trialOf(call) ?? await bench.known(call);
    if (!known && !isAffordable(call, times, bench)) {
      const poor = await bench.poor(call);
      if (poor) times.add(call, poor);
      return poor !== undefined;
    }
    const refusal = known ? undefined : await bench.refusal(call);
    if (refusal !== undefined) {
      times.refuse(call, refusal);
      return false;
    }
    const trial = known ?? await bench.run(call, what);
    times.add(call, trial);
    return trial.status === "passed";
  };

  for (const tokens of lengths) {
    for (const mixer of mixers.filter((m) => reaches(models, m, tokens))) {
      await measure(decodeCall(mixer, tokens, 1), `${mixer.kind} decode, ${tokens} tokens`);
    }
  }
  const unfinished = new Map<Mixer, boolean>(mixers.map((mixer) => [mixer, true]));
  for (const tokens of lengths) {
    for (const mixer of mixers.filter((m) => reaches(models, m, tokens))) {
      const call = prefillCall(mixer, tokens);
      if (unfinished.get(mixer)) {
        unfinished.set(mixer, await measure(call, `${mixer.kind} prefill, ${tokens} tokens`));
      } else {
        const known = await bench.known(call) ?? await bench.poor(call); // of a run that had more time
        if (known) times.add(call, known);
      }
    }
  }
  for (const mixer of mixers.filter((m) => attends(m) && !unfinished.get(m))) {
    for (
      const prefix of times.windowPrefixes().filter((p) => reaches(models, mixer, p + times.windowTokens))
    ) {
      const call = prefillCall(mixer, times.windowTokens, prefix);
      if (!await measure(call, `${mixer.kind} prefill, ${times.windowTokens} tokens behind ${prefix}`)) break;
    }
  }
  for (const { mixer, tokens, batch } of largestBatches(question)) {
    await measure(decodeCall(mixer, tokens, batch), `${mixer.kind} decode, ${batch} x ${tokens} tokens`);
  }
}

/** Whether a call is likely to end in its share of the time left. */
export function isAffordable(call: KernelCall, times: KernelTimes, bench: Bench): boolean {
  const ms = times.guessUs(call, bench.fallbackTflops) * bench.spans / 1e3;
  return ms <= Math.min(LONGEST_MS, bench.leftMs() * SHARE);
}

/** Mixers of some models, each once. */
export function distinctMixers(models: readonly Model[]): Mixer[] {
  const byCalls = new Map<string, Mixer>();
  for (const { layers } of models) {
    for (const { mixer } of layers) {
      const key = callKey(decodeCall(mixer, 1, 1)) + callKey(prefillCall(mixer, 1));
      if (!byCalls.has(key)) byCalls.set(key, mixer);
    }
  }
  return [...byCalls.values()];
}

function reaches(models: readonly Model[], mixer: Mixer, tokens: number): boolean {
  const key = callKey(decodeCall(mixer, 1, 1));
  return models.some((model) =>
    model.maxTokens >= tokens &&
    model.layers.some((l) => callKey(decodeCall(l.mixer, 1, 1)) === key)
  );
}

function largestBatches(
  { models, lengths, memoryBytes, weightBits }: Question,
): { mixer: Mixer; tokens: number; batch: number }[] {
  return models.flatMap((model) =>
    lengths.filter((tokens) => tokens <= model.maxTokens).flatMap((tokens) => {
      const batch = largestBatch(model, tokens, memoryBytes, weightBits);
      return batch !== undefined && batch > 1
        ? model.layers.map(({ mixer }) => ({ mixer, tokens, batch }))
        : [];
    })
  );
}
