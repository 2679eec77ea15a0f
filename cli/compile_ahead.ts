import type { Axes } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import type { GpuProcess } from "./gpu_process.ts";

/** Compiling shorter than this is not worth a process. */
export const SLOW_COMPILE_MS = 300;
const TIMEOUT_MS = 60_000;

/**
 * Compiles variants a search is likely to ask for in processes of their own, so that the driver's cache on disk has them
 * when they are timed: Dawn takes 1 to 7 s for a large kernel, and a tenth of that the second time. What goes wrong here
 * costs nothing but the head start; a trial's own process never compiles anything but its variant.
 */
export class CompileAhead implements Disposable {
  readonly #spawn: () => Promise<Pick<GpuProcess, "request" | "close"> | undefined>;
  readonly #most: number;
  readonly #asked = new Set<string>();
  #queue: { family: string; axes: Axes; config: Config }[] = [];
  readonly #processes = new Set<Pick<GpuProcess, "close">>();
  #running = 0;
  #closed = false;

  /** `most` processes at a time, each made by `spawn`, which gives undefined where there is none to be had. */
  constructor(spawn: () => Promise<Pick<GpuProcess, "request" | "close"> | undefined>, most: number) {
    this.#spawn = spawn;
    this.#most = most;
  }

  /** Puts variants in the place of those that wait; none is compiled twice. */
  ask(family: string, axes: Axes, configs: readonly Config[]): void {
    this.#queue = configs.map((config) => ({ family, axes, config }))
      .filter(({ config }) => !this.#asked.has(formatVariant(family, config)));
    while (!this.#closed && this.#running < Math.min(this.#most, this.#queue.length)) this.#work();
  }

  /** Ends all processes. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
    for (const gpu of this.#processes) gpu.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #work(): Promise<void> {
    this.#running++;
    const gpu = await this.#spawn().catch(() => undefined);
    if (gpu) this.#processes.add(gpu);
    try {
      for (let next = this.#take(); gpu && next; next = this.#take()) {
        await gpu.request("compile", next, TIMEOUT_MS);
      }
    } catch {
      // The variant's own trial will tell what is wrong with it.
    } finally {
      gpu?.close();
      this.#processes.delete(gpu!);
      this.#running--;
    }
  }

  #take() {
    const next = this.#closed ? undefined : this.#queue.shift();
    if (next) this.#asked.add(formatVariant(next.family, next.config));
    return next;
  }
}
