import type { OpenDevice } from "../tuner/open_device.ts";
import type { Phase } from "../tuner/trial.ts";
import { type Backend, openBackend } from "./open_backend.ts";
import { type WorkerGreeting, type WorkerReply, type WorkerRequest } from "./worker_protocol.ts";

/** One operation a worker answers; its result travels as JSON. */
export type WorkerOp = (
  opened: OpenDevice,
  payload: never,
  onPhase: (phase: Phase) => void,
) => Promise<unknown>;

/**
 * The child process that owns a GPU device: opens it with the backend its first argument names, says so, and answers
 * requests one after the other until stdin ends, which kills it. One JSON line per request on stdin, per reply on stdout; whatever else would print goes to stderr.
 */
export async function serveGpu(ops: Readonly<Record<string, WorkerOp>>): Promise<void> {
  console.log = console.error;
  // Ctrl-C reaches every process of the terminal: the parent decides what becomes of this one.
  Deno.addSignalListener("SIGINT", () => {});
  const reader = new Worker(new URL("./request_reader.ts", import.meta.url), { type: "module" });
  const opened = await openBackend((Deno.args[0] ?? "builtin") as Backend);
  if (typeof opened === "string") {
    send({ kind: "no_adapter", reason: opened });
    Deno.exit(0);
  }
  send({ kind: "ready", record: opened.record, capabilities: opened.capabilities });

  const answer = async ({ id, op, payload }: WorkerRequest) => {
    try {
      if (!Object.hasOwn(ops, op)) throw new RangeError(`Unknown worker operation "${op}"`);
      const value = await ops[op](opened, payload as never, (phase) => send({ kind: "phase", id, phase }));
      send({ kind: "done", id, value });
    } catch (error) {
      const { name, message } = error as Error;
      send({ kind: "failed", id, name, message });
    }
  };
  let turn = Promise.resolve();
  reader.onmessage = ({ data }: MessageEvent<WorkerRequest>) => turn = turn.then(() => answer(data));
}

const encoder = new TextEncoder();
/** Begins a line of its own: a driver may have printed half a one. */
function send(line: WorkerGreeting | WorkerReply) {
  let bytes = encoder.encode("\n" + JSON.stringify(line) + "\n");
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}
