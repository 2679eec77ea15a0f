import { batch, signal } from "@preact/signals";
import type { Ceilings, DeviceRecord, Trial } from "../../../profiles/schema.ts";
import type { Upload } from "../../../profiles/upload.ts";
import { Countdown } from "./countdown.ts";
import type { FromWorker, Offer, ToWorker, TrialBegun } from "./protocol.ts";
import { SearchProgress } from "./search_progress.ts";

/** Longest a phase of a trial may take, as the command line's; ceilings and opening have twice that. */
export const PHASE_LIMIT_MS = 30_000;

export type Stage = "idle" | "running" | "pausing" | "paused" | "finishing" | "done" | "failed";

/** What a worker is to the session; a test has another one. */
export interface TuneWorker {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/**
 * A search in the page. The worker computes; the session keeps every trial, so that a search can be paused, and go on in
 * a new worker where a trial hung or lost the device, which costs that trial.
 */
export class TuneSession {
  readonly stage = signal<Stage>("idle");
  readonly doing = signal("");
  readonly progress = new SearchProgress();
  readonly record = signal<DeviceRecord | undefined>(undefined);
  readonly ceilings = signal<Ceilings | undefined>(undefined);
  readonly clock = new Countdown();
  readonly upload = signal<Upload | undefined>(undefined);
  /** Why it failed, or what happened on the way. */
  readonly note = signal("");

  readonly #spawn: () => TuneWorker;
  readonly #limitMs: number;
  #worker?: TuneWorker;
  #begun?: TrialBegun;
  #watchdog?: ReturnType<typeof setTimeout>;
  #current = 0;

  constructor(spawn: () => TuneWorker, limitMs = PHASE_LIMIT_MS) {
    this.#spawn = spawn;
    this.#limitMs = limitMs;
  }

  start(offers: readonly Offer[], budgetMs: number): void {
    this.#current = 0;
    batch(() => {
      this.progress.begin(offers);
      this.clock.set(budgetMs);
      this.upload.value = undefined;
      this.note.value = "";
    });
    this.#run();
  }

  /** Ends the search after the trial under way; `resume` goes on. */
  pause(): void {
    if (this.stage.value !== "running") return;
    this.stage.value = "pausing";
    this.#worker?.postMessage({ op: "pause" });
  }

  resume(): void {
    if (this.stage.value === "paused") this.#run();
  }

  /** Ends the search at once: the trial under way is dropped, the others are kept. */
  stop(): void {
    if (!["running", "pausing", "paused"].includes(this.stage.value)) return;
    this.#kill();
    this.#finish();
  }

  #run(): void {
    this.stage.value = "running";
    this.doing.value = "opening the GPU";
    this.#ask({
      op: "tune",
      workloads: this.progress.workloads.value.map(({ name }) => name),
      first: this.#current,
      budgetMs: this.clock.leftMs.value,
      known: this.progress.trials,
      ceilings: this.ceilings.value,
    }, 2 * this.#limitMs);
  }

  #ask(message: ToWorker, limitMs: number): void {
    if (!this.#worker) {
      const worker = this.#spawn();
      worker.onmessage = ({ data }) => this.#worker === worker && this.#hear(data);
      worker.onerror = (event) => {
        event.preventDefault?.();
        if (this.#worker === worker) this.#fail(`the worker ended: ${event.message || "it did not load"}`);
      };
      this.#worker = worker;
    }
    this.#arm(limitMs);
    this.#worker.postMessage(message);
  }

  #hear(message: FromWorker): void {
    this.#arm(this.#limitMs);
    batch(() => {
      switch (message.kind) {
        case "opened":
          return this.#opened(message.record);
        case "measuring":
          this.#arm(2 * this.#limitMs);
          this.doing.value = "measuring what this device can do at most";
          return;
        case "ceilings":
          this.ceilings.value = message.ceilings;
          this.#arm(this.#limitMs);
          return this.clock.start(); // opening the device and measuring its ceilings are no search
        case "workload": {
          const { index, variants, refused } = message;
          this.#current = index;
          this.progress.change(index, { variants, refused });
          return;
        }
        case "begun":
          this.#begun = message.trial;
          return;
        case "phase":
          this.doing.value = `${this.progress.workloads.value[this.#current].name}: ${message.phase}`;
          return;
        case "trial":
          this.#begun = undefined;
          return this.progress.keep(message);
        case "workloadEnd":
          this.progress.change(message.index, { end: message.end });
          this.#current = message.index + 1;
          return;
        case "done":
          this.#rest();
          if (message.isPaused && this.#current < this.progress.workloads.value.length) {
            this.stage.value = "paused";
          } else this.#finish();
          return;
        case "lost":
          this.note.value = `The GPU was lost by a variant, which is not tried again: ${message.reason}.`;
          return this.#restart();
        case "failed":
          return this.#fail(message.message);
        case "finished":
          this.#rest();
          this.upload.value = message.upload;
          this.stage.value = "done";
      }
    });
  }

  #opened(record: DeviceRecord): void {
    const before = this.record.value;
    this.record.value = record;
    // A browser whose GPU process crashed goes on in software: such times must not stand beside the others.
    const isOther = before &&
      (before.vendor !== record.vendor || before.architecture !== record.architecture ||
        before.software !== record.software);
    if (!isOther) return;
    this.record.value = before;
    this.#fail("another adapter answers in place of the one that was lost");
  }

  /** The worker said nothing for too long. */
  #late(): void {
    const limit = `${this.#limitMs / 1e3} s`;
    if (!this.#begun) return this.#fail(`nothing came of ${this.doing.value} within ${limit}`);
    const reason = `no end of ${this.doing.value.split(": ").at(-1)} within ${limit}`;
    const trial: Trial = { ...this.#begun, status: "timeout", reason, at: new Date().toISOString() };
    const { best, baseline } = this.progress.workloads.value[this.#current];
    this.note.value = `A variant did not end within ${limit}; it was cut off and is not tried again.`;
    this.progress.keep({
      index: this.#current,
      trial,
      isKnown: false,
      isAgain: false,
      changes: trial.variant.split(":")[1],
      best,
      baseline,
    });
    this.#restart();
  }

  /** Goes on in a new worker, as far as it was to go on. */
  #restart(): void {
    const asked = this.stage.value;
    this.#kill();
    if (asked === "pausing") this.stage.value = "paused";
    else if (this.clock.leftMs.value > 0) this.#run();
    else this.#finish();
  }

  #finish(): void {
    const [record, ceilings] = [this.record.value, this.ceilings.value];
    if (!record || !ceilings || this.progress.trials.length === 0) {
      this.#kill();
      this.stage.value = this.note.value ? "failed" : "idle";
      return;
    }
    this.stage.value = "finishing";
    this.doing.value = "choosing winners";
    this.#ask({ op: "finish", record, ceilings, trials: this.progress.trials }, 2 * this.#limitMs);
  }

  /** What was measured before is kept. */
  #fail(message: string): void {
    const wasFinishing = this.stage.value === "finishing";
    this.#kill();
    this.note.value = `The search ended: ${message}.`;
    if (wasFinishing) this.stage.value = "failed";
    else this.#finish();
  }

  #arm(limitMs: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => batch(() => this.#late()), limitMs);
  }

  #rest(): void {
    clearTimeout(this.#watchdog);
    this.clock.stop();
    this.#begun = undefined;
  }

  #kill(): void {
    this.#rest();
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
