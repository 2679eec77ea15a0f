import { type OpenDevice, openDevice } from "../../../tuner/open_device.ts";
import { type Brand, browserRuntime } from "./browser_runtime.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { profileOf, search } from "./search.ts";

// The module Web Worker of the page Tune here: it owns the GPU device, so that the page can end a trial that hangs.

/** A driver that was reset may take a while to answer again. */
const TRIES = 3;
const PAUSE_MS = 1000;

const port = self as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: (event: MessageEvent<ToWorker>) => void;
};
const post = (message: FromWorker) => port.postMessage(message);
const pausing = { current: new AbortController() };

async function answer(request: ToWorker): Promise<void> {
  if (request.op === "pause") return pausing.current.abort();
  if (request.op === "finish") return post({ kind: "finished", upload: await profileOf(request) });
  pausing.current = new AbortController();
  const { signal } = pausing.current;
  const opened = await (device ??= open());
  post({ kind: "opened", record: opened.record });
  await search(opened, request, signal, post);
}

let device: Promise<OpenDevice> | undefined;
async function open(): Promise<OpenDevice> {
  const { userAgent, userAgentData } = navigator as {
    userAgent: string;
    userAgentData?: { brands?: Brand[] };
  };
  for (let i = 0; i < TRIES; i++) {
    if (i > 0) await new Promise((done) => setTimeout(done, PAUSE_MS));
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (adapter) {
      return await openDevice(adapter, "browser", browserRuntime(userAgent, userAgentData?.brands));
    }
  }
  throw new Error("no WebGPU adapter answers in a worker");
}

port.onmessage = ({ data }) =>
  void answer(data).catch((error) => post({ kind: "failed", message: (error as Error).message }));
