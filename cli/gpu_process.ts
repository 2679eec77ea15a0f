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
  /** Entry of the child process; another one than gpu_worker.ts may know more operations. */
  readonly worker?: URL;
  /** Longest it may take to open the adapter. */
  readonly openTimeoutMs?: number;
}

/** How a worker was started, so that another one can be started like it. */
interface Spawning {
  readonly environment: Readonly<Record<string, string>>;
  readonly worker: URL;
  readonly openTimeoutMs: number;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onPhase?(phase: Phase): void;
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
  readonly #spawning: Spawning;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #dead = false;

  private constructor(
    child: Deno.ChildProcess,
    greeting: WorkerGreeting & { kind: "ready" },
    replies: AsyncGenerator<WorkerReply>,
    spawning: Spawning,
  ) {
    this.#spawning = spawning;
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.record = greeting.record;
    this.capabilities = greeting.capabilities;
    this.#listen(replies);
  }

  /** Starts a worker on the GPU; where no adapter answers, or `software` is set, on the software adapter. */
  static async start(options: GpuProcessOptions): Promise<GpuProcess> {
    const { worker = WORKER, openTimeoutMs = OPEN_TIMEOUT_MS } = options;
    const spawn = (driver: Record<string, string>) => {
      const environment = {
        DENO_WEBGPU_BACKEND: Deno.env.get("DENO_WEBGPU_BACKEND") ?? BACKENDS,
        // Mesa prints an error line per adapter request where it is unset.
        XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? Deno.env.get("TMPDIR") ?? "/tmp",
        ...driver,
      };
      return GpuProcess.#spawn({ environment, worker, openTimeoutMs });
    };
    if (!options.software) {
      const started = await spawn({});
      if (started instanceof GpuProcess) return started;
      options.onNotice(
        `No GPU: ${started}. Going on with a software adapter, whose times say nothing about a GPU.`,
      );
    }
    const started = await spawn(await softwareEnvironment(options.onNotice));
    if (started instanceof GpuProcess) return started;
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

  /** A worker, or why there is none. */
  static async #spawn(spawning: Spawning): Promise<GpuProcess | string> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", fileURLToPath(spawning.worker)],
      env: { ...spawning.environment, NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: Deno.env.get("DELTATUNE_DEBUG") ? "inherit" : "null",
    }).spawn();
    const replies = jsonLines<WorkerGreeting | WorkerReply>(child.stdout);
    const greeting = await firstOf(replies, spawning.openTimeoutMs);
    if (typeof greeting !== "string" && greeting.kind === "ready") {
      return new GpuProcess(child, greeting, replies as AsyncGenerator<WorkerReply>, spawning);
    }
    kill(child);
    await child.stdin.abort().catch(() => {});
    await replies.next().catch(() => {}); // lets go of its stdout
    if (typeof greeting === "string") return greeting;
    return greeting.kind === "no_adapter" ? greeting.reason : STRANGE_GREETING;
  }

  async #listen(replies: AsyncGenerator<WorkerReply>) {
    let reason = "the GPU process ended: its driver crashed or it was killed";
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
    } catch (error) {
      // A broken pipe is a dead worker.
      if (error instanceof SyntaxError) {
        reason = "the GPU process was killed: it wrote a line that is no reply";
      }
    }
    this.close();
    this.#fail(new GpuDied(reason));
  }

  #fail(error: Error) {
    this.#dead = true;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  /** Process id of the worker. */
  get pid(): number {
    return this.#child.pid;
  }
  /** What a process needs in its environment to find this adapter first. */
  get environment(): Readonly<Record<string, string>> {
    return this.#spawning.environment;
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
    this.#input.abort().catch(() => {});
  }
}

const STRANGE_GREETING = "its process did not begin as a GPU process does";

/** The first line of a worker, or why there is none. */
async function firstOf(
  replies: AsyncGenerator<WorkerGreeting | WorkerReply>,
  timeoutMs: number,
): Promise<WorkerGreeting | string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done(`its driver did not answer within ${timeoutMs / 1e3} s`), timeoutMs);
  });
  const first = replies.next().then(
    ({ done, value }) => done ? "its driver ended the process that opened it" : value as WorkerGreeting,
    () => STRANGE_GREETING,
  );
  try {
    return await Promise.race([first, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isSameDevice(a: DeviceRecord, b: DeviceRecord): boolean {
  return a.description === b.description && a.driver === b.driver && a.software === b.software;
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
