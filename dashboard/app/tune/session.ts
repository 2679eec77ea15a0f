import { batch, signal } from "@preact/signals";
import type { Ceilings, DeviceRecord, Trial, Upload } from "../../../profiles/schema.ts";
import type { FromWorker, Offer, ToWorker, TrialBegun } from "./protocol.ts";

/** Longest a phase of a trial may take, as the command line's; ceilings and opening have twice that. */
export const PHASE_LIMIT_MS = 30_000;
const TICK_MS = 250;
const SHOWN_TRIALS = 50;

/** How far a workload is. */
export interface WorkloadProgress extends Offer {
  readonly variants?: number;
  readonly tried: number;
  readonly failed: number;
  readonly again: number;
  readonly best?: Trial;
  readonly baseline?: Trial;
  /** Why its search ended; undefined before. */
  readonly end?: string;
  /** Why its default can't run at these sizes here. */
  readonly refused?: string;
  /** The last failure's reason. */
  readonly failure?: string;
}

export interface ShownTrial {
  readonly trial: Trial;
  readonly changes: string;
  readonly isAgain: boolean;
}

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
  readonly workloads = signal<readonly WorkloadProgress[]>([]);
  /** Newest first. */
  readonly shown = signal<readonly ShownTrial[]>([]);
  readonly record = signal<DeviceRecord | undefined>(undefined);
  readonly ceilings = signal<Ceilings | undefined>(undefined);
  readonly leftMs = signal(0);
  readonly upload = signal<Upload | undefined>(undefined);
  /** Why it failed, or what happened on the way. */
  readonly note = signal("");

  readonly #spawn: () => TuneWorker;
  readonly #limitMs: number;
  /** What is other than the default, by variant. */
  readonly names = new Map<string, string>();
  /** Time the search was given. */
  budgetMs = 0;
  #worker?: TuneWorker;
  #trials: Trial[] = [];
  #begun?: TrialBegun;
  #watchdog?: ReturnType<typeof setTimeout>;
  #stopTicking?: () => void;
  #current = 0;

  constructor(spawn: () => TuneWorker, limitMs = PHASE_LIMIT_MS) {
    this.#spawn = spawn;
    this.#limitMs = limitMs;
  }

  start(offers: readonly Offer[], budgetMs: number): void {
    this.#trials = [];
    this.#current = 0;
    this.budgetMs = budgetMs;
    batch(() => {
      this.workloads.value = offers.map(({ name, family }) => ({
        name,
        family,
        tried: 0,
        failed: 0,
        again: 0,
      }));
      this.leftMs.value = budgetMs;
      this.shown.value = [];
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
      workloads: this.workloads.value.map(({ name }) => name),
      first: this.#current,
      budgetMs: this.leftMs.value,
      known: this.#trials,
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
          return this.#tick();
        case "workload": {
          const { index, variants, refused } = message;
          this.#current = index;
          this.#change(index, { variants, refused });
          return;
        }
        case "begun":
          this.#begun = message.trial;
          return;
        case "phase":
          this.doing.value = `${this.workloads.value[this.#current].name}: ${message.phase}`;
          return;
        case "trial":
          return this.#keep(message);
        case "workloadEnd":
          this.#change(message.index, { end: message.end });
          this.#current = message.index + 1;
          return;
        case "done":
          this.#rest();
          if (message.isPaused && this.#current < this.workloads.value.length) this.stage.value = "paused";
          else this.#finish();
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

  #keep({ index, trial, isKnown, isAgain, changes, best, baseline }: FromWorker & { kind: "trial" }): void {
    this.#begun = undefined;
    const { tried, failed, again } = this.workloads.value[index];
    this.#change(index, { best, baseline });
    if (isKnown) return;
    this.#trials.push(trial);
    this.names.set(trial.variant, changes);
    this.shown.value = [{ trial, changes, isAgain }, ...this.shown.value].slice(0, SHOWN_TRIALS);
    this.#change(
      index,
      isAgain ? { again: again + 1 } : {
        tried: tried + 1,
        ...(trial.status !== "passed" && { failed: failed + 1, failure: trial.reason }),
      },
    );
  }

  #change(index: number, changes: Partial<WorkloadProgress>): void {
    this.workloads.value = this.workloads.value.map((w, i) => i === index ? { ...w, ...changes } : w);
  }

  /** The worker said nothing for too long. */
  #late(): void {
    const limit = `${this.#limitMs / 1e3} s`;
    if (!this.#begun) return this.#fail(`nothing came of ${this.doing.value} within ${limit}`);
    const reason = `no end of ${this.doing.value.split(": ").at(-1)} within ${limit}`;
    const trial: Trial = { ...this.#begun, status: "timeout", reason, at: new Date().toISOString() };
    const { best, baseline } = this.workloads.value[this.#current];
    this.note.value = `A variant did not end within ${limit}; it was cut off and is not tried again.`;
    this.#keep({
      kind: "trial",
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
    else if (this.leftMs.value > 0) this.#run();
    else this.#finish();
  }

  #finish(): void {
    const [record, ceilings] = [this.record.value, this.ceilings.value];
    if (!record || !ceilings || this.#trials.length === 0) {
      this.#kill();
      this.stage.value = this.note.value ? "failed" : "idle";
      return;
    }
    this.stage.value = "finishing";
    this.doing.value = "choosing winners";
    this.#ask({ op: "finish", record, ceilings, trials: this.#trials }, 2 * this.#limitMs);
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

  /** Time counts from here: opening the device and measuring its ceilings are no search. */
  #tick(): void {
    this.#rest();
    this.#arm(this.#limitMs);
    let last = performance.now();
    const spend = () => {
      const now = performance.now();
      this.leftMs.value = Math.max(0, this.leftMs.value - (now - last));
      last = now;
    };
    const ticker = setInterval(spend, TICK_MS);
    this.#stopTicking = () => {
      clearInterval(ticker);
      spend();
    };
  }

  #rest(): void {
    clearTimeout(this.#watchdog);
    this.#stopTicking?.();
    this.#stopTicking = undefined;
    this.#begun = undefined;
  }

  #kill(): void {
    this.#rest();
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
