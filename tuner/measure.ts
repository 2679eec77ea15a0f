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
  /** Shortest span, us; 5 ms unless told. */
  readonly leastSpanUs?: number;
  /** Work to do before the first sample: an idle GPU lowers its clocks and takes long to raise them. */
  readonly warmUp?: WarmUp;
}

export interface WarmUp {
  /** Unbroken work at least, us. */
  readonly leastUs: number;
  /** Says whether the clocks are up; without it `leastUs` must do. Asked after the samples too. */
  isWarm?(): Promise<boolean>;
  /** Keeps the device busy that long, us, with work that costs the CPU little; the measured calls where absent. */
  heat?(us: number): Promise<void>;
}

const WARM_UP_SPAN_US = 5_000;
const MOST_QUEUED = 200;
/** Unbroken work between two looks at the clocks, and altogether before a device counts as as warm as it gets. */
const HEAT_US = 50_000;
const MOST_HEAT_US = 1_500_000;
const MOST_TRIES = 2;
/** A pass costs 3 us in Deno's WebGPU and 20 us in Dawn on an H200 (2026-11): below half a percent of this. */
const LEAST_SPAN_US = 5_000;
const LEAST_QUANTA = 100;
const MOST_REPEATS = 2000;
/** Spans aim this far above the least length, as calls of one variant differ. */
const MARGIN = 1.2;

/**
 * Times one call: repeats it in one pass until the span is at least 100 quanta and 5 ms, rotating among `executions`
 * (the same plan on different inputs) so that small working sets do not sit in the cache. Executions share their
 * outputs, so that one call must end before the next begins: overlapping calls would tell throughput, not time.
 * Throws Error where the device's clock stands still.
 */
export async function measure(
  timer: Pick<Timer, "spans" | "clock">,
  executions: readonly Pick<Execution, "encode">[],
  options: MeasureOptions,
): Promise<Timing> {
  let turn = 0;
  const spansOf = (count: number, repeats: number) =>
    timer.spans(count, (pass) => {
      for (let r = 0; r < repeats; r++) executions[turn++ % executions.length].encode(pass);
    });
  let span = Math.min(...await spansOf(2, 1));
  if (options.warmUp) {
    await warmUp(spansOf, span, options.warmUp, options.spanCapUs);
    span = Math.min(...await spansOf(2, 1));
  }

  // A span of one call is mostly the cost of the pass, or less than a quantum: each longer one tells more.
  const wantedUs = Math.max(options.leastSpanUs ?? LEAST_SPAN_US, options.quantumNs / 1e3 * LEAST_QUANTA);
  let repeats = 1;
  for (;;) {
    const callUs = Math.max(span, 1e-3) / repeats;
    const most = Math.min(MOST_REPEATS, Math.max(1, Math.floor(options.spanCapUs / callUs)));
    if (span >= wantedUs || repeats >= most) break;
    repeats = Math.min(most, Math.max(repeats + 1, Math.ceil(wantedUs * MARGIN / callUs)));
    span = Math.min(...await spansOf(2, repeats)); // one alone may be a hiccup, and too few calls would do
  }

  const lost = options.giveUpUs !== undefined && span / repeats > options.giveUpUs;
  const count = lost ? Math.min(3, options.samples) : options.samples;
  let samples: number[] = [];
  let warm = false;
  for (let tries = 0; tries < MOST_TRIES && !warm; tries++) {
    if (tries > 0) await warmUp(spansOf, span / repeats, options.warmUp!, options.spanCapUs);
    samples = (await spansOf(count, repeats)).map((us) => us / repeats);
    warm = await options.warmUp?.isWarm?.() ?? true;
  }
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
    ...(!warm && { lowClocks: true as const }),
  };
}

/** Keeps the device busy for `leastUs`, and on until its clocks are up or it has had all the heat that could help. */
async function warmUp(
  spansOf: (count: number, repeats: number) => Promise<number[]>,
  callUs: number,
  toWarm: WarmUp,
  spanCapUs: number,
): Promise<void> {
  const spanUs = Math.min(WARM_UP_SPAN_US, spanCapUs);
  const repeats = Math.min(MOST_REPEATS, Math.max(1, Math.floor(spanUs / Math.max(callUs, 1))));
  // What the calls are expected to take counts where the clock says less: it may stand still.
  const expectedUs = Math.max(spanUs / 10, callUs);
  const work = async (us: number) => {
    for (let left = us; left > 0;) {
      const count = Math.min(MOST_QUEUED, Math.ceil(left / Math.max(expectedUs, callUs * repeats)));
      left -= (await spansOf(count, repeats)).reduce((sum, span) => sum + Math.max(span, expectedUs), 0);
    }
  };
  await work(toWarm.leastUs);
  for (let heat = toWarm.leastUs; heat < MOST_HEAT_US; heat += HEAT_US) {
    if (await toWarm.isWarm?.() ?? true) break;
    await (toWarm.heat?.(HEAT_US) ?? work(HEAT_US));
  }
}
