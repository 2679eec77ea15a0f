import { fileURLToPath } from "node:url";
import type { Backend } from "./open_backend.ts";
import { jsonLines, type WorkerGreeting, type WorkerReply } from "./worker_protocol.ts";

/** How a worker was started, so that another one can be started like it. */
export interface Spawning {
  readonly backend: Backend;
  readonly environment: Readonly<Record<string, string>>;
  readonly worker: URL;
  readonly openTimeoutMs: number;
}

/** A worker whose device is open. */
export interface SpawnedWorker {
  readonly child: Deno.ChildProcess;
  readonly greeting: WorkerGreeting & { kind: "ready" };
  readonly replies: AsyncGenerator<WorkerReply>;
}

const STRANGE_GREETING = "its process did not begin as a GPU process does";

/** A worker, or why there is none. */
export async function spawnWorker(spawning: Spawning): Promise<SpawnedWorker | string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", fileURLToPath(spawning.worker), spawning.backend],
    env: { ...spawning.environment, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: Deno.env.get("DELTATUNE_DEBUG") ? "inherit" : "null",
  }).spawn();
  const replies = jsonLines<WorkerGreeting | WorkerReply>(child.stdout);
  const greeting = await firstOf(replies, spawning.openTimeoutMs);
  if (typeof greeting !== "string" && greeting.kind === "ready") {
    return { child, greeting, replies: replies as AsyncGenerator<WorkerReply> };
  }
  killWorker(child);
  await child.stdin.abort().catch(() => {});
  await replies.next().catch(() => {}); // lets go of its stdout
  if (typeof greeting === "string") return greeting;
  return greeting.kind === "no_adapter" ? greeting.reason : STRANGE_GREETING;
}

/** Ends a worker, also one that hangs. */
export function killWorker(child: Deno.ChildProcess) {
  try {
    child.kill("SIGKILL");
  } catch { /* it has ended already */ }
}

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
