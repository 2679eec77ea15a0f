import type { Phase } from "../tuner/trial.ts";
import { killWorker, type SpawnedWorker } from "./spawn_worker.ts";
import { UserError } from "./user_error.ts";
import type { WorkerReply } from "./worker_protocol.ts";

/** The worker did not answer within its time; it has been killed. */
export class GpuTimeout extends Error {
  override name = "GpuTimeout";
}
/** The worker died: a driver crash, or somebody killed it. */
export class GpuDied extends Error {
  override name = "GpuDied";
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onPhase?(phase: Phase): void;
}

/** The requests under way in one worker, which is killed where one of them takes too long. */
export class WorkerRequests {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #dead = false;

  constructor({ child, replies }: SpawnedWorker) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#listen(replies);
  }

  /** False once the worker was killed or died. */
  get alive(): boolean {
    return !this.#dead;
  }

  /** One operation, as `GpuProcess.request` promises it. */
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
    killWorker(this.#child);
    this.#input.abort().catch(() => {});
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
}

const CALLERS_ERRORS: Readonly<Record<string, ErrorConstructor>> = { RangeError, TypeError, SyntaxError };

function rebuilt(name: string, message: string): Error {
  const known = CALLERS_ERRORS[name];
  if (known) return new known(message);
  return name === "UserError" ? new UserError(message) : new Error(`${name}: ${message}`);
}
