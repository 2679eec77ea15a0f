import type { Timing } from "../profiles/schema.ts";
import type { Execution } from "./executor.ts";
import { median, medianDeviation, medianInterval } from "./statistics.ts";
import type { Timer } from "./timer.ts";

export interface MeasureOptions {
  /** Smallest step of the clock, ns. */
  readonly quantumNs: number;
  readonly samples: number;
  /** One call slower than this is measured three times only: it has lost already. */
  readonly giveUpUs?: number;
  /** Longest span submitted at once, us. */
  readonly spanCapUs: number;
}

const WARM_UP_SPANS = 2;

/**
 * Times one call: repeats it in one pass until the span is at least 100 quanta and 200 us, rotating among `executions`
 * (the same plan on different buffers) so that small working sets do not sit in the cache.
 */
export async function measure(
  timer: Timer,
  executions: readonly Execution[],
  options: MeasureOptions,
): Promise<Timing> {
  let turn = 0;
  const call = (pass: GPUComputePassEncoder) => executions[turn++ % executions.length].encode(pass);
  let singleUs = Infinity;
  for (let i = 0; i < WARM_UP_SPANS; i++) {
    singleUs = Math.min(singleUs, Math.max(1e-3, await timer.span(call)));
  }
  const wantedUs = Math.max(200, options.quantumNs / 1e3 * 100);
  const repeats = Math.max(
    1,
    Math.min(2000, Math.floor(options.spanCapUs / singleUs), Math.ceil(wantedUs / singleUs)),
  );
  const lost = options.giveUpUs !== undefined && singleUs > options.giveUpUs;
  const count = lost ? Math.min(3, options.samples) : options.samples;
  const samples: number[] = [];
  for (let i = 0; i < count; i++) {
    const span = await timer.span((pass) => {
      for (let r = 0; r < repeats; r++) call(pass);
    });
    samples.push(Math.max(span, 1e-3) / repeats);
  }
  const { low, high } = medianInterval(samples);
  return {
    medianUs: median(samples),
    madUs: medianDeviation(samples),
    lowUs: low,
    highUs: high,
    samples: samples.length,
    repeats,
    clock: timer.clock,
  };
}
