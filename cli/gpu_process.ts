import type { Capabilities } from "../kernels/core/family.ts";
import type { DeviceRecord } from "../profiles/schema.ts";
import type { Phase } from "../tuner/trial.ts";
import type { Backend } from "./open_backend.ts";
import { softwareEnvironment } from "./software_adapter.ts";
import { type SpawnedWorker, type Spawning, spawnWorker } from "./spawn_worker.ts";
import { UserError } from "./user_error.ts";
import { GpuDied, GpuTimeout, WorkerRequests } from "./worker_requests.ts";

export { GpuDied, GpuTimeout };

export interface GpuProcessOptions {
  /** Use the software adapter even where a GPU answers. */
  readonly software: boolean;
  /** WebGPU implementation; Deno's own where not given. */
  readonly backend?: Backend;
  onNotice(text: string): void;
  /** Entry of the child process; another one than gpu_worker.ts may know more operations. */
  readonly worker?: URL;
  /** Longest it may take to open the adapter. */
  readonly openTimeoutMs?: number;
}

const WORKER = new URL("./gpu_worker.ts", import.meta.url);
const OPEN_TIMEOUT_MS = 60_000;
/** A driver that was reset may take a while to answer again. */
const RESTARTS = 3;
const RESTART_PAUSE_MS = 1_000;
/**
 * OpenGL is left out: wgpu offers neither f16 nor subgroups there, and Mesa's OpenGL on the CPU, which many servers
 * have, needs more than 30 s for one variant of kda_prefill (llvmpipe of Mesa 22.3.6, 2026-11-23).
 */
const BACKENDS = "vulkan,metal,dx12";

/** A child process that owns one GPU device, so that a hang or a crash of the driver costs one request. */
export class GpuProcess {
  readonly record: DeviceRecord;
  readonly capabilities: Capabilities;
  /** Process id of the worker. */
  readonly pid: number;
  readonly #spawning: Spawning;
  readonly #requests: WorkerRequests;

  private constructor(worker: SpawnedWorker, spawning: Spawning) {
    this.#spawning = spawning;
    this.record = worker.greeting.record;
    this.capabilities = worker.greeting.capabilities;
    this.pid = worker.child.pid;
    this.#requests = new WorkerRequests(worker);
  }

  /**
   * Starts a worker on the GPU; where no adapter answers Deno's own WebGPU, or `software` is set, on the software
   * adapter. Throws UserError where there is none: who asks for Dawn wants its GPU, not its absence papered over.
   */
  static async start(options: GpuProcessOptions): Promise<GpuProcess> {
    const { backend = "builtin", worker = WORKER, openTimeoutMs = OPEN_TIMEOUT_MS } = options;
    const spawn = (driver: Record<string, string>) => {
      const environment = {
        DENO_WEBGPU_BACKEND: Deno.env.get("DENO_WEBGPU_BACKEND") ?? BACKENDS,
        // Mesa prints an error line per adapter request where it is unset.
        XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? Deno.env.get("TMPDIR") ?? "/tmp",
        ...driver,
      };
      return GpuProcess.#spawn({ backend, environment, worker, openTimeoutMs });
    };
    if (!options.software) {
      const started = await spawn({});
      if (started instanceof GpuProcess) return started;
      if (backend === "dawn") throw new UserError(`Cannot use Dawn: ${started}`);
      options.onNotice(
        `No GPU: ${started}. Going on with a software adapter, whose times say nothing about a GPU.`,
      );
    }
    const started = await spawn(await softwareEnvironment(options.onNotice));
    if (started instanceof GpuProcess) return started;
    if (backend === "dawn") throw new UserError(`Cannot use Dawn on the software adapter: ${started}`);
    throw new UserError(
      `Cannot use a GPU or the software adapter: ${started}. Run \`deno task doctor\` for what is missing.`,
    );
  }

  /**
   * A new worker on the same adapter in place of this one, which is closed. Never falls back to another adapter: its
   * times would be taken for this one's. Throws GpuDied where the adapter does not come back.
   */
  async restart(): Promise<GpuProcess> {
    this.close();
    let reason = "";
    for (let i = 0; i < RESTARTS; i++) {
      if (i > 0) await new Promise((done) => setTimeout(done, RESTART_PAUSE_MS));
      const started = await GpuProcess.#spawn(this.#spawning);
      if (typeof started === "string") reason = started;
      else if (isSameDevice(started.record, this.record)) return started;
      else {
        started.close();
        reason = `${started.record.description} answers in its place`;
      }
    }
    throw new GpuDied(
      `${this.record.description} did not come back after a trial ended its process (${reason}); ` +
        "the trials so far are kept: run again when it answers",
    );
  }

  /** Another worker on the same adapter beside this one; undefined where there is none to be had. */
  async twin(): Promise<GpuProcess | undefined> {
    const started = await GpuProcess.#spawn(this.#spawning);
    if (typeof started === "string") return undefined;
    if (isSameDevice(started.record, this.record)) return started;
    started.close();
  }

  static async #spawn(spawning: Spawning): Promise<GpuProcess | string> {
    const worker = await spawnWorker(spawning);
    return typeof worker === "string" ? worker : new GpuProcess(worker, spawning);
  }

  /** What a process needs in its environment to find this adapter first. */
  get environment(): Readonly<Record<string, string>> {
    return this.#spawning.environment;
  }
  /** False once the worker was killed or died. */
  get alive(): boolean {
    return this.#requests.alive;
  }

  /**
   * Asks the worker for `op`. Kills it and throws GpuTimeout where no reply or phase comes within `timeoutMs`
   * (counted anew from each phase); throws GpuDied where it dies, and the worker's own error where `op` threw.
   */
  request<T>(op: string, payload: unknown, timeoutMs: number, onPhase?: (phase: Phase) => void): Promise<T> {
    return this.#requests.request(op, payload, timeoutMs, onPhase);
  }

  /** Kills the worker. */
  close(): void {
    this.#requests.close();
  }
}

function isSameDevice(a: DeviceRecord, b: DeviceRecord): boolean {
  return a.description === b.description && a.driver === b.driver && a.software === b.software;
}
