import { BUFFER_USAGE, MAP_READ } from "./webgpu_flags.ts";

/** Measures spans of GPU work: by timestamps where the device has them, else by the wall clock. */
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
    this.#queries = device.createQuerySet({ type: "timestamp", count: 2 });
    this.#resolved = device.createBuffer({
      size: 16,
      usage: BUFFER_USAGE.QUERY_RESOLVE | BUFFER_USAGE.COPY_SRC,
    });
    this.#staging = device.createBuffer({ size: 16, usage: BUFFER_USAGE.MAP_READ | BUFFER_USAGE.COPY_DST });
  }

  /** Microseconds one compute pass takes; `encode` fills it. */
  async span(encode: (pass: GPUComputePassEncoder) => void): Promise<number> {
    const encoder = this.#device.createCommandEncoder();
    const querySet = this.#queries;
    const pass = encoder.beginComputePass(
      querySet ? { timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } } : {},
    );
    encode(pass);
    pass.end();
    if (!querySet || !this.#resolved || !this.#staging) {
      const start = performance.now();
      this.#device.queue.submit([encoder.finish()]);
      await this.#device.queue.onSubmittedWorkDone();
      return (performance.now() - start) * 1e3;
    }
    encoder.resolveQuerySet(querySet, 0, 2, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, 16);
    this.#device.queue.submit([encoder.finish()]);
    await this.#staging.mapAsync(MAP_READ);
    const [begin, end] = new BigUint64Array(this.#staging.getMappedRange().slice(0));
    this.#staging.unmap();
    return Number(end - begin) / 1e3;
  }

  destroy(): void {
    this.#queries?.destroy();
    this.#resolved?.destroy();
    this.#staging?.destroy();
  }
}

/** Smallest step seen between timestamps of empty passes, in nanoseconds; 0 where the device has no timestamps. */
export async function timestampQuantumNs(device: GPUDevice): Promise<number> {
  const timer = new Timer(device);
  if (timer.clock === "wall") return 0;
  const spans = new Set<number>();
  for (let i = 0; i < 24; i++) spans.add(Math.round(await timer.span(() => {}) * 1e3));
  timer.destroy();
  const sorted = [...spans].sort((a, b) => a - b);
  const steps = [...sorted.filter((s) => s > 0), ...sorted.slice(1).map((s, i) => s - sorted[i])].filter((
    s,
  ) => s > 0);
  return steps.length > 0 ? Math.min(...steps) : 1;
}
