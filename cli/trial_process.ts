import { SCHEMA_VERSION, type Trial, type TrialStatus } from "../profiles/schema.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import type { Phase, TrialRequest } from "../tuner/trial.ts";
import { GpuDied, type GpuProcess, GpuTimeout } from "./gpu_process.ts";

/** Longest a phase of a trial may take: compiling, verifying or timing one variant. */
export const PHASE_TIMEOUT_MS = 30_000;

/** How a variant ended the process it ran in. */
export interface Ended {
  readonly status: "timeout" | "device_lost";
  readonly reason: string;
}

/** Runs trials in a child process and starts a new one when a trial hung or killed it. */
export class TrialProcess {
  #gpu: GpuProcess;
  readonly #timeoutMs: number;
  #closed = false;

  constructor(gpu: GpuProcess, timeoutMs = PHASE_TIMEOUT_MS) {
    this.#gpu = gpu;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * The trial of one variant; a hang or a crash is a trial too, and the next one runs in a new process. Throws GpuDied
   * once closed, and where the device does not come back.
   */
  async run(family: string, request: TrialRequest, onPhase?: (phase: Phase) => void): Promise<Trial> {
    const answer = await this.attempt<Trial>("trial", { family, ...request }, onPhase);
    if ("variant" in answer) return answer;
    return {
      schemaVersion: SCHEMA_VERSION,
      family,
      variant: formatVariant(family, request.config),
      config: request.config,
      axes: request.axes,
      ...answer,
      sourceHash: request.sourceHash,
      driver: this.#gpu.record.driver,
      at: new Date().toISOString(),
    };
  }

  /** What became of one variant: the answer of `op`, or how the variant ended the process. Throws as `run` does. */
  async attempt<T extends { readonly status: TrialStatus }>(
    op: string,
    payload: unknown,
    onPhase?: (phase: Phase) => void,
  ): Promise<T | Ended> {
    await this.#ensure();
    let began = false;
    const ask = () =>
      this.#gpu.request<T>(op, payload, this.#timeoutMs, (phase) => {
        began ||= !phase.startsWith("reference");
        onPhase?.(phase);
      });
    try {
      const answer = await ask().catch(async (error) => {
        // What died before this variant was begun says nothing about it.
        if (!(error instanceof GpuDied) || began || this.#closed) throw error;
        await this.#ensure();
        return await ask();
      });
      if (answer.status === "device_lost") this.#gpu.close();
      return answer;
    } catch (error) {
      if (this.#closed || !(error instanceof GpuTimeout || began && error instanceof GpuDied)) throw error;
      return { status: error instanceof GpuTimeout ? "timeout" : "device_lost", reason: error.message };
    }
  }

  /** Any other operation, in a new process where the last one ended. Throws as `GpuProcess.request` does. */
  async request<T>(op: string, payload: unknown): Promise<T> {
    await this.#ensure();
    return await this.#gpu.request<T>(op, payload, this.#timeoutMs);
  }

  /** Kills the process; a trial under way throws GpuDied. */
  close(): void {
    this.#closed = true;
    this.#gpu.close();
  }

  async #ensure(): Promise<void> {
    if (this.#closed) throw new GpuDied("the GPU process was closed");
    if (this.#gpu.alive) return;
    this.#gpu = await this.#gpu.restart();
    if (!this.#closed) return;
    this.#gpu.close();
    throw new GpuDied("the GPU process was closed");
  }
}
