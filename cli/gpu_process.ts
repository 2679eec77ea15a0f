import { fileURLToPath } from "node:url";
import type { Capabilities } from "../kernels/core/family.ts";
import type { DeviceRecord } from "../profiles/schema.ts";
import type { Phase } from "../tuner/trial.ts";
import { softwareEnvironment } from "./software_adapter.ts";
import { UserError } from "./user_error.ts";
import { jsonLines, type WorkerGreeting, type WorkerReply } from "./worker_protocol.ts";

/** The worker did not answer within its time; it has been killed. */
export class GpuTimeout extends Error {
  override name = "GpuTimeout";
}
/** The worker died: a driver crash, or somebody killed it. */
export class GpuDied extends Error {
  override name = "GpuDied";
}

export interface GpuProcessOptions {
  /** Use the software adapter even where a GPU answers. */
  readonly software: boolean;
  readonly backend: "builtin";
  onNotice(text: string): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onPhase?(phase: Phase): void;
}

const OPEN_TIMEOUT_MS = 60_000;
/**
 * OpenGL is left out: wgpu offers neither f16 nor subgroups there, and Mesa's OpenGL on the CPU, which many servers
 * have, needs more than 30 s for one variant of kda_prefill (llvmpipe of Mesa 22.3.6, 2026-11-23).
 */
const BACKENDS = "vulkan,metal,dx12";

/** A child process that owns one GPU device, so that a hang or a crash of the driver costs one request. */
export class GpuProcess {
  readonly record: DeviceRecord;
  readonly capabilities: Capabilities;
  /** What a process needs in its environment to find this adapter first. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #dead = false;

  private constructor(
    child: Deno.ChildProcess,
    greeting: WorkerGreeting & { kind: "ready" },
    replies: AsyncGenerator<WorkerReply>,
    environment: Readonly<Record<string, string>>,
  ) {
    this.environment = environment;
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.record = greeting.record;
    this.capabilities = greeting.capabilities;
    this.#listen(replies);
  }

  /** Starts a worker on the GPU; where no adapter answers, or `software` is set, on the software adapter. */
  static async start(options: GpuProcessOptions): Promise<GpuProcess> {
    if (!options.software) {
      const started = await GpuProcess.#spawn({});
      if (started instanceof GpuProcess) return started;
      options.onNotice(
        `No GPU: ${started}. Going on with a software adapter, whose times say nothing about a GPU.`,
      );
    }
    const started = await GpuProcess.#spawn(await softwareEnvironment(options.onNotice));
    if (started instanceof GpuProcess) return started;
    throw new UserError(
      `Cannot use a GPU or the software adapter: ${started}. Run \`deno task doctor\` for what is missing.`,
    );
  }

  static async #spawn(driver: Record<string, string>): Promise<GpuProcess | string> {
    const environment = {
      DENO_WEBGPU_BACKEND: Deno.env.get("DENO_WEBGPU_BACKEND") ?? BACKENDS,
      // Mesa prints an error line per adapter request where it is unset.
      XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? Deno.env.get("TMPDIR") ?? "/tmp",
      ...driver,
    };
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", fileURLToPath(new URL("./gpu_worker.ts", import.meta.url))],
      env: { ...environment, NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: Deno.env.get("DELTATUNE_DEBUG") ? "inherit" : "null",
    }).spawn();
    const replies = jsonLines<WorkerGreeting | WorkerReply>(child.stdout);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((done) => timer = setTimeout(() => done(undefined), OPEN_TIMEOUT_MS));
    const first = await Promise.race([replies.next(), late]);
    clearTimeout(timer);
    if (!first || first.done) {
      kill(child);
      return first
        ? "its driver ended the process that opened it"
        : "its driver did not answer within a minute";
    }
    const greeting = first.value as WorkerGreeting;
    if (greeting.kind === "ready") {
      return new GpuProcess(child, greeting, replies as AsyncGenerator<WorkerReply>, environment);
    }
    await child.status;
    await child.stdin.abort().catch(() => {});
    return greeting.reason;
  }

  async #listen(replies: AsyncGenerator<WorkerReply>) {
    try {
      for await (const reply of replies) {
        const waiting = this.#waiting.get(reply.id);
        if (!waiting) continue;
        if (reply.kind === "phase") {
          waiting.onPhase?.(reply.phase);
          continue;
        }
        this.#waiting.delete(reply.id);
        if (reply.kind === "done") waiting.resolve(reply.value);
        else waiting.reject(rebuilt(reply.name, reply.message));
      }
    } catch { /* a broken pipe is a dead worker */ }
    this.#fail(new GpuDied("the GPU process ended: its driver crashed or it was killed"));
  }

  #fail(error: Error) {
    this.#dead = true;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  /** False once the worker was killed or died. */
  get alive(): boolean {
    return !this.#dead;
  }

  /**
   * Asks the worker for `op`. Kills it and throws GpuTimeout where no reply or phase comes within `timeoutMs`
   * (counted anew from each phase); throws GpuDied where it dies, and the worker's own error where `op` threw.
   */
  async request<T>(
    op: string,
    payload: unknown,
    timeoutMs: number,
    onPhase?: (phase: Phase) => void,
  ): Promise<T> {
    if (this.#dead) throw new GpuDied("the GPU process has ended");
    const id = this.#nextId++;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let phase = op;
    const answer = new Promise<unknown>((resolve, reject) => {
      const arm = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          this.close();
          reject(new GpuTimeout(`no end of ${phase} within ${timeoutMs / 1e3} s`));
        }, timeoutMs);
      };
      this.#waiting.set(id, {
        resolve,
        reject,
        onPhase: (next) => {
          phase = next;
          arm();
          onPhase?.(next);
        },
      });
      arm();
    });
    try {
      const [value] = await Promise.all([
        answer,
        this.#input.write(new TextEncoder().encode(JSON.stringify({ id, op, payload }) + "\n")).catch(() =>
          this.#fail(new GpuDied("the GPU process ended before it took a request"))
        ),
      ]);
      return value as T;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** Kills the worker. */
  close(): void {
    this.#dead = true;
    kill(this.#child);
  }
}

function kill(child: Deno.ChildProcess) {
  try {
    child.kill("SIGKILL");
  } catch { /* it has ended already */ }
}

const CALLERS_ERRORS: Readonly<Record<string, ErrorConstructor>> = { RangeError, TypeError, SyntaxError };

function rebuilt(name: string, message: string): Error {
  const known = CALLERS_ERRORS[name];
  if (known) return new known(message);
  return name === "UserError" ? new UserError(message) : new Error(`${name}: ${message}`);
}
