// Entry of the child process that owns a GPU device. One JSON line per request on stdin, per reply on stdout;
// whatever else would print goes to stderr, so that a driver's chatter can't break the protocol.
import { familyNamed } from "../kernels/mod.ts";
import { measureCeilings } from "../tuner/ceilings.ts";
import { type OpenDevice, openDevice } from "../tuner/open_device.ts";
import { TrialRunner } from "../tuner/trial.ts";
import { driverVersion } from "./driver_version.ts";
import { numericCheckOp } from "./worker_ops/numeric_check.ts";
import { runOp } from "./worker_ops/run.ts";
import { jsonLines, type WorkerGreeting, type WorkerReply, type WorkerRequest } from "./worker_protocol.ts";

console.log = console.error;

const encoder = new TextEncoder();
function send(line: WorkerGreeting | WorkerReply) {
  let bytes = encoder.encode(JSON.stringify(line) + "\n");
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

type Op = (opened: OpenDevice, payload: never, request: WorkerRequest) => Promise<unknown>;
const runners = new Map<string, TrialRunner>();
const OPS: Readonly<Record<string, Op>> = {
  ceilings: (opened) => measureCeilings(opened),
  trial: (opened, payload: { family: string } & Parameters<TrialRunner["run"]>[0], request) => {
    const runner = runners.get(payload.family) ?? new TrialRunner(opened, familyNamed(payload.family));
    runners.set(payload.family, runner);
    return runner.run(payload, (phase) => send({ kind: "phase", id: request.id, phase }));
  },
  run: runOp as Op,
  numeric_check: numericCheckOp as Op,
};

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

const opened = await open();
if (typeof opened === "string") {
  send({ kind: "no_adapter", reason: opened });
  Deno.exit(0);
}
send({ kind: "ready", record: opened.record, capabilities: opened.capabilities });
for await (const request of jsonLines<WorkerRequest>(Deno.stdin.readable)) {
  try {
    const op = OPS[request.op];
    if (!op) throw new RangeError(`Unknown worker operation "${request.op}"`);
    send({ kind: "done", id: request.id, value: await op(opened, request.payload as never, request) });
  } catch (error) {
    const { name, message } = error as Error;
    send({ kind: "failed", id: request.id, name, message });
  }
}
Deno.exit(0);
