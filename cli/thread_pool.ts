/** What a thread answers: the value of a task, or the error that ended it. */
export type ThreadReply = { readonly value: unknown } | { readonly name: string; readonly message: string };

interface Waiting {
  readonly task: unknown;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Tasks on threads of this process, first come first served; a thread is started when a task finds none idle. */
export class ThreadPool {
  readonly #entry: URL;
  readonly #most: number;
  readonly #idle: Worker[] = [];
  readonly #queue: Waiting[] = [];
  #threads = 0;

  /** `entry`: a module that answers every message it gets with one ThreadReply. */
  constructor(entry: URL, most = navigator.hardwareConcurrency) {
    this.#entry = entry;
    this.#most = most;
  }

  /** The answer to one task. Rejects with the message of the error that ended it. */
  run<T>(task: unknown): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ task, resolve: resolve as Waiting["resolve"], reject });
      this.#next();
    });
  }

  /** Ends the threads that have nothing to do. */
  close(): void {
    for (const thread of this.#idle.splice(0)) {
      thread.terminate();
      this.#threads--;
    }
  }

  #next(): void {
    if (this.#queue.length === 0) return;
    const thread = this.#idle.pop() ?? this.#start();
    if (!thread) return;
    const { task, resolve, reject } = this.#queue.shift()!;
    thread.onmessage = ({ data }: MessageEvent<ThreadReply>) => {
      this.#idle.push(thread);
      if ("value" in data) resolve(data.value);
      else reject(new Error(`${data.name}: ${data.message}`));
      this.#next();
    };
    thread.onerror = (event) => {
      event.preventDefault();
      this.#threads--;
      thread.terminate();
      reject(new Error(`a thread ended: ${event.message}`));
      this.#next();
    };
    thread.postMessage(task);
  }

  #start(): Worker | undefined {
    if (this.#threads === this.#most) return undefined;
    this.#threads++;
    return new Worker(this.#entry, { type: "module" });
  }
}
