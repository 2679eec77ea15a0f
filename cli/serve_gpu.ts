import { type OpenDevice, openDevice } from "../tuner/open_device.ts";
import type { Phase } from "../tuner/trial.ts";
import { driverVersion } from "./driver_version.ts";
import { type WorkerGreeting, type WorkerReply, type WorkerRequest } from "./worker_protocol.ts";

/** One operation a worker answers; its result travels as JSON. */
export type WorkerOp = (
  opened: OpenDevice,
  payload: never,
  onPhase: (phase: Phase) => void,
) => Promise<unknown>;

/**
 * The child process that owns a GPU device: opens it, says so, and answers requests one after the other until stdin
 * ends, which kills it. One JSON line per request on stdin, per reply on stdout; whatever else would print goes to stderr.
 */
export async function serveGpu(ops: Readonly<Record<string, WorkerOp>>): Promise<void> {
  console.log = console.error;
  // Ctrl-C reaches every process of the terminal: the parent decides what becomes of this one.
  Deno.addSignalListener("SIGINT", () => {});
  const reader = new Worker(new URL("./request_reader.ts", import.meta.url), { type: "module" });
  const opened = await open();
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

async function open(): Promise<OpenDevice | string> {
  try {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) return "no WebGPU adapter answers";
    const opened = await openDevice(adapter, "builtin", `deno ${Deno.version.deno}`);
    return { ...opened, record: { ...opened.record, driver: driverVersion(opened.record) } };
  } catch (error) {
    return `the adapter gives no device: ${(error as Error).message}`;
  }
}

const encoder = new TextEncoder();
/** Begins a line of its own: a driver may have printed half a one. */
function send(line: WorkerGreeting | WorkerReply) {
  let bytes = encoder.encode("\n" + JSON.stringify(line) + "\n");
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}
