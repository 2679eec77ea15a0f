import { SCHEMA_VERSION, type Trial } from "../profiles/schema.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import type { TrialRequest } from "../tuner/trial.ts";
import { GpuDied, GpuProcess, type GpuProcessOptions, GpuTimeout } from "./gpu_process.ts";

/** Longest a phase of a trial may take: compiling, verifying or timing one variant. */
export const PHASE_TIMEOUT_MS = 30_000;

/** Runs trials in a child process and starts a new one when a trial hung or killed it. */
export class TrialProcess {
  #gpu: GpuProcess;
  readonly #options: GpuProcessOptions;
  readonly #timeoutMs: number;

  constructor(gpu: GpuProcess, options: GpuProcessOptions, timeoutMs = PHASE_TIMEOUT_MS) {
    this.#gpu = gpu;
    this.#options = options;
    this.#timeoutMs = timeoutMs;
  }

  /** The trial of one variant; a hang or a crash is a trial too, and the next one runs in a new process. */
  async run(family: string, request: TrialRequest): Promise<Trial> {
    if (!this.#gpu.alive) this.#gpu = await GpuProcess.start(this.#options);
    try {
      const trial = await this.#gpu.request<Trial>("trial", { family, ...request }, this.#timeoutMs);
      if (trial.status === "device_lost") this.#gpu.close();
      return trial;
    } catch (error) {
      if (!(error instanceof GpuTimeout || error instanceof GpuDied)) throw error;
      this.#gpu.close();
      return {
        schemaVersion: SCHEMA_VERSION,
        family,
        variant: formatVariant(family, request.config),
        config: request.config,
        axes: request.axes,
        status: error instanceof GpuTimeout ? "timeout" : "device_lost",
        reason: error.message,
        sourceHash: request.sourceHash,
        driver: this.#gpu.record.driver,
        at: new Date().toISOString(),
      };
    }
  }

  close(): void {
    this.#gpu.close();
  }
}
