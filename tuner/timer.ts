import { BUFFER_USAGE, MAP_READ } from "./webgpu_flags.ts";

const MOST_SPANS = 256;

/**
 * Measures spans of GPU work: by timestamps where the device has them, else by the wall clock.
 *
 * Why many spans at once: a round trip to the GPU leaves it idle for longer than most kernels run, and an idle GPU
 * lowers its clocks (an H200 within a second, to a sixth).
 */
export class Timer {
  readonly clock: "timestamp" | "wall";
  readonly #device: GPUDevice;
  readonly #queries?: GPUQuerySet;
  readonly #resolved?: GPUBuffer;
  readonly #staging?: GPUBuffer;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.clock = device.features.has("timestamp-query") ? "timestamp" : "wall";
    if (this.clock === "wall") return;
    const size = MOST_SPANS * 16;
    this.#queries = device.createQuerySet({ type: "timestamp", count: MOST_SPANS * 2 });
    this.#resolved = device.createBuffer({ size, usage: BUFFER_USAGE.QUERY_RESOLVE | BUFFER_USAGE.COPY_SRC });
    this.#staging = device.createBuffer({ size, usage: BUFFER_USAGE.MAP_READ | BUFFER_USAGE.COPY_DST });
  }

  /** Microseconds of `count` compute passes, each a submission that `encode` fills, with no wait between them. */
  async spans(count: number, encode: (pass: GPUComputePassEncoder) => void): Promise<number[]> {
    const spans: number[] = [];
    while (spans.length < count) {
      const some = Math.min(MOST_SPANS, count - spans.length);
      spans.push(...await (this.#queries ? this.#stamped(some, encode) : this.#waited(some, encode)));
    }
    return spans;
  }

  async #stamped(count: number, encode: (pass: GPUComputePassEncoder) => void): Promise<number[]> {
    const stamps = await this.stamps(count, encode);
    return Array.from({ length: count }, (_, i) => Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e3);
  }

  /** Begin and end of as many passes, at most 256, in nanoseconds. Only where the clock is `timestamp`. */
  async stamps(count: number, encode: (pass: GPUComputePassEncoder) => void): Promise<BigUint64Array> {
    const [querySet, resolved, staging] = [this.#queries!, this.#resolved!, this.#staging!];
    for (let i = 0; i < count; i++) {
      this.#submit(encode, { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 });
    }
    const encoder = this.#device.createCommandEncoder();
    encoder.resolveQuerySet(querySet, 0, 2 * count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16 * count);
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(MAP_READ);
    const stamps = new BigUint64Array(staging.getMappedRange().slice(0));
    staging.unmap();
    return stamps;
  }

  async #waited(count: number, encode: (pass: GPUComputePassEncoder) => void): Promise<number[]> {
    const spans: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      this.#submit(encode);
      await this.#device.queue.onSubmittedWorkDone();
      spans.push((performance.now() - start) * 1e3);
    }
    return spans;
  }

  #submit(encode: (pass: GPUComputePassEncoder) => void, timestampWrites?: GPUComputePassTimestampWrites) {
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
    encode(pass);
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    this.#queries?.destroy();
    this.#resolved?.destroy();
    this.#staging?.destroy();
  }
}

/** Rounds of stamps a coarse clock gets to take a step in. */
const MOST_ROUNDS = 20;

/** Smallest step seen between timestamps of empty passes, in nanoseconds; 0 where the device has no timestamps. */
export async function timestampQuantumNs(device: GPUDevice): Promise<number> {
  const timer = new Timer(device);
  if (timer.clock === "wall") return 0;
  const stamps: bigint[] = [];
  let quantum: number | undefined;
  for (let round = 0; round < MOST_ROUNDS && quantum === undefined; round++) {
    stamps.push(...await timer.stamps(24, () => {}));
    quantum = stepOf(stamps);
  }
  timer.destroy();
  return quantum ?? 1;
}

/**
 * The step of a clock, from begin and end of empty passes in turn, ns: the smallest one between their lengths. A browser
 * rounds its clock (65,536 ns, 100 us) and no empty pass has a length: there it is what all stamps are multiples of.
 * Undefined where the stamps tell nothing yet.
 */
export function stepOf(stamps: readonly bigint[]): number | undefined {
  const spans = stamps.flatMap((end, i) => i % 2 === 1 ? [end - stamps[i - 1]] : []);
  const sorted = [...new Set(spans)].sort((a, b) => Number(a - b));
  const steps = [...sorted, ...sorted.slice(1).map((s, i) => s - sorted[i])].filter((s) => s > 0n);
  if (steps.length > 0) return Number(steps.reduce((least, step) => step < least ? step : least));
  const seen = new Set(stamps);
  if (seen.size < 4) return undefined;
  const [first, ...others] = seen;
  return Number(others.map((s) => s > first ? s - first : first - s).reduce(greatestDivisor));
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestDivisor(b, a % b);
}
