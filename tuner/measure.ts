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
  /** Work to do before the first sample, us: an idle GPU lowers its clocks and takes long to raise them. */
  readonly warmUpUs?: number;
}

const WARM_UP_SPANS = 2;
const WARM_UP_SPAN_US = 10_000;
const LEAST_SPAN_US = 200;
const LEAST_QUANTA = 100;
const MOST_REPEATS = 2000;
/** Spans aim this far above the least length, as calls of one variant differ. */
const MARGIN = 1.2;

/**
 * Times one call: repeats it in one pass until the span is at least 100 quanta and 200 us, rotating among `executions`
 * (the same plan on different inputs) so that small working sets do not sit in the cache. Executions share their
 * outputs, so that one call must end before the next begins: overlapping calls would tell throughput, not time.
 * Throws Error where the device's clock stands still.
 */
export async function measure(
  timer: Pick<Timer, "span" | "clock">,
  executions: readonly Pick<Execution, "encode">[],
  options: MeasureOptions,
): Promise<Timing> {
  let turn = 0;
  const spanOf = (repeats: number) =>
    timer.span((pass) => {
      for (let r = 0; r < repeats; r++) executions[turn++ % executions.length].encode(pass);
    });
  let span = Infinity;
  for (let i = 0; i < WARM_UP_SPANS; i++) span = Math.min(span, await spanOf(1));
  span = await warmUp(spanOf, span, options);

  // A span of one call is mostly the cost of the pass, or less than a quantum: each longer one tells more.
  const wantedUs = Math.max(LEAST_SPAN_US, options.quantumNs / 1e3 * LEAST_QUANTA);
  let repeats = 1;
  for (;;) {
    const callUs = Math.max(span, 1e-3) / repeats;
    const most = Math.min(MOST_REPEATS, Math.max(1, Math.floor(options.spanCapUs / callUs)));
    if (span >= wantedUs || repeats >= most) break;
    repeats = Math.min(most, Math.max(repeats + 1, Math.ceil(wantedUs * MARGIN / callUs)));
    span = await spanOf(repeats);
  }

  const lost = options.giveUpUs !== undefined && span / repeats > options.giveUpUs;
  const count = lost ? Math.min(3, options.samples) : options.samples;
  const samples: number[] = [];
  for (let i = 0; i < count; i++) samples.push(await spanOf(repeats) / repeats);
  const medianUs = median(samples);
  if (!(medianUs > 0)) throw new Error(`Cannot time ${repeats} calls: the device's clock did not advance`);
  const { low, high } = medianInterval(samples.map((us) => Math.max(us, 1e-6)));
  return {
    medianUs,
    madUs: medianDeviation(samples),
    lowUs: low,
    highUs: high,
    samples: samples.length,
    repeats,
    clock: timer.clock,
  };
}

/** Keeps the device busy for `warmUpUs` and returns the time of one call after it. */
async function warmUp(
  spanOf: (repeats: number) => Promise<number>,
  single: number,
  { warmUpUs = 0, spanCapUs }: MeasureOptions,
): Promise<number> {
  const longest = Math.min(WARM_UP_SPAN_US, spanCapUs);
  let busy = single;
  while (busy < warmUpUs) {
    const span = await spanOf(Math.min(MOST_REPEATS, Math.max(1, Math.floor(longest / Math.max(single, 1)))));
    busy += Math.max(span, longest / 10); // a clock that stands still must not keep it here
  }
  return warmUpUs > 0 ? Math.min(single, await spanOf(1)) : single;
}
