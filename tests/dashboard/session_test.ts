// TuneSession with a worker that is made of messages: hangs, losses, pauses, other adapters.
import type { FromWorker, ToWorker } from "../../dashboard/app/tune/protocol.ts";
import { TuneSession, type TuneWorker } from "../../dashboard/app/tune/session.ts";
import { browserRuntime } from "../../dashboard/app/tune/browser_runtime.ts";
import { stepOf } from "../../tuner/timer.ts";
import type { DeviceRecord } from "../../profiles/schema.ts";
import { assert, assertEquals } from "../assert.ts";
import { failedTrial, sampleDevice, sampleTrial } from "../profiles/samples.ts";
import { sampleUpload } from "./upload_sample.ts";

const OFFERS = [{ name: "toy, small", family: "toy" }];
const { profile: { ceilings } } = await sampleUpload();

/** Workers that record what they are asked; `say` speaks for the newest. */
function fakeWorkers() {
  const workers: (TuneWorker & { asked: ToWorker[]; ended: boolean })[] = [];
  const spawn = () => {
    const worker = {
      asked: [] as ToWorker[],
      ended: false,
      onmessage: null as TuneWorker["onmessage"],
      onerror: null,
      postMessage: (message: ToWorker) => void worker.asked.push(message),
      terminate: () => void (worker.ended = true),
    };
    workers.push(worker);
    return worker;
  };
  const say = (...messages: FromWorker[]) => {
    for (const data of messages) workers.at(-1)!.onmessage?.({ data } as MessageEvent<FromWorker>);
  };
  const begin = (record: DeviceRecord = sampleDevice({ backend: "browser" })) =>
    say({ kind: "opened", record }, { kind: "ceilings", ceilings: ceilings! }, {
      kind: "workload",
      index: 0,
      variants: 6,
    });
  return { workers, spawn, say, begin };
}

const { status: _, at: __, ...begun } = sampleTrial();
const told = (trial = sampleTrial()): FromWorker => ({
  kind: "trial",
  index: 0,
  trial,
  isKnown: false,
  isAgain: false,
  changes: "the default",
  best: trial,
});

Deno.test("TuneSession ends a trial that hangs with its worker, and goes on in another with what is known", async () => {
  const { workers, spawn, say, begin } = fakeWorkers();
  const session = new TuneSession(spawn, 50);
  session.start(OFFERS, 60_000);
  begin();
  say(told(), { kind: "begun", trial: begun }, { kind: "phase", phase: "verify" });
  await new Promise((done) => setTimeout(done, 80));
  assert(workers[0].ended && !workers[1].ended);
  const [again] = workers[1].asked;
  assert(again.op === "tune");
  assertEquals(again.known.map((trial) => trial.status), ["passed", "timeout"]);
  assertEquals(again.known[1].reason, "no end of verify within 0.05 s");
  assert(again.ceilings && again.budgetMs < 60_000);
  session.stop();
  session.stop();
  say({ kind: "finished", upload: await sampleUpload() });
});

Deno.test("TuneSession goes on after a lost device, but on no other adapter", async () => {
  const { workers, spawn, say, begin } = fakeWorkers();
  const session = new TuneSession(spawn);
  session.start(OFFERS, 60_000);
  begin();
  say(told(failedTrial("device_lost")), { kind: "lost", reason: "reset" });
  assertEquals([workers.length, workers[0].ended], [2, true]);
  begin(sampleDevice({ backend: "browser", software: true }));
  assert(workers[1].ended);
  assertEquals(session.stage.value, "finishing");
  assert(session.note.value.includes("another adapter"), session.note.value);
  say({ kind: "finished", upload: await sampleUpload() });
  assertEquals(session.stage.value, "done");
});

Deno.test("TuneSession pauses after the trial under way and resumes with the time that is left", async () => {
  const { workers, spawn, say, begin } = fakeWorkers();
  const session = new TuneSession(spawn);
  session.start(OFFERS, 60_000);
  begin();
  session.pause();
  assertEquals([session.stage.value, workers[0].asked.at(-1)!.op], ["pausing", "pause"]);
  say(told(), { kind: "done", isPaused: true });
  assertEquals(session.stage.value, "paused");
  session.resume();
  const asked = workers[0].asked.at(-1)!;
  assert(asked.op === "tune" && asked.known.length === 1);
  say({ kind: "workloadEnd", index: 0, end: "complete" }, { kind: "done", isPaused: false });
  assertEquals(workers[0].asked.at(-1)!.op, "finish");
  say({ kind: "finished", upload: await sampleUpload() });
  assertEquals([session.stage.value, session.progress.workloads.value[0].tried], ["done", 1]);
});

Deno.test("TuneSession says why nothing came of it", () => {
  const { spawn, say } = fakeWorkers();
  const session = new TuneSession(spawn);
  session.start(OFFERS, 60_000);
  say({ kind: "failed", message: "no WebGPU adapter answers in a worker" });
  assertEquals(session.stage.value, "failed");
  assertEquals(session.note.value, "The search ended: no WebGPU adapter answers in a worker.");
});

Deno.test("browserRuntime() names the browser and not its ancestors", () => {
  const chrome = "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36";
  assertEquals(browserRuntime(chrome), "Chrome 153");
  assertEquals(browserRuntime(`${chrome} Edg/153.0.1`), "Edge 153");
  assertEquals(browserRuntime("Mozilla/5.0 (X11; rv:141.0) Gecko/20100101 Firefox/141.0"), "Firefox 141");
  const brands = [{ brand: "Not?A_Brand", version: "9" }, { brand: "Chromium", version: "153" }, {
    brand: "Google Chrome",
    version: "153",
  }];
  assertEquals(browserRuntime(chrome, brands), "Google Chrome 153");
  assertEquals(browserRuntime(""), "a browser");
});

Deno.test("stepOf() tells the step of a fine clock and of a rounded one", () => {
  assertEquals(stepOf([0n, 960n, 2000n, 2992n]), 32);
  const rounded = [1n, 1n, 2n, 2n, 4n, 4n, 7n, 7n].map((n) => n * 65536n);
  assertEquals(stepOf(rounded), 65536);
  assertEquals(stepOf([65536n, 65536n]), undefined);
});
