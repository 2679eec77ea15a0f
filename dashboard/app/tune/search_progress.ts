import { signal } from "@preact/signals";
import type { Trial } from "../../../profiles/schema.ts";
import type { FromWorker, Offer } from "./protocol.ts";

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

/** What a search in the page has found so far: every trial, and how far each workload is. */
export class SearchProgress {
  readonly workloads = signal<readonly WorkloadProgress[]>([]);
  /** Newest first. */
  readonly shown = signal<readonly ShownTrial[]>([]);
  /** What is other than the default, by variant. */
  readonly names = new Map<string, string>();
  #trials: Trial[] = [];

  /** Oldest first; those of the search before are gone once one begins. */
  get trials(): readonly Trial[] {
    return this.#trials;
  }

  begin(offers: readonly Offer[]): void {
    this.#trials = [];
    this.shown.value = [];
    this.workloads.value = offers.map(({ name, family }) => ({
      name,
      family,
      tried: 0,
      failed: 0,
      again: 0,
    }));
  }

  change(index: number, changes: Partial<WorkloadProgress>): void {
    this.workloads.value = this.workloads.value.map((w, i) => i === index ? { ...w, ...changes } : w);
  }

  /** Takes a trial in; one known before only says what is best by now. */
  keep(
    { index, trial, isKnown, isAgain, changes, best, baseline }: Omit<FromWorker & { kind: "trial" }, "kind">,
  ): void {
    const { tried, failed, again } = this.workloads.value[index];
    this.change(index, { best, baseline });
    if (isKnown) return;
    this.#trials.push(trial);
    this.names.set(trial.variant, changes);
    this.shown.value = [{ trial, changes, isAgain }, ...this.shown.value].slice(0, SHOWN_TRIALS);
    this.change(
      index,
      isAgain ? { again: again + 1 } : {
        tried: tried + 1,
        ...(trial.status !== "passed" && { failed: failed + 1, failure: trial.reason }),
      },
    );
  }
}
