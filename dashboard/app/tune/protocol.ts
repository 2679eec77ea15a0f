import type { Ceilings, DeviceRecord, Trial } from "../../../profiles/schema.ts";
import type { Upload } from "../../../profiles/upload.ts";

/** A size a page offers to tune, by its name. */
export interface Offer {
  readonly name: string;
  readonly family: string;
}

/** What the page asks of the worker. */
export type ToWorker =
  | TuneRequest
  /** Ends the search after the trial under way. */
  | { readonly op: "pause" }
  /** Makes a profile of what is known; needs no GPU. */
  | FinishRequest;

/** A search, or the rest of one: of the trials known nothing is measured again. */
export interface TuneRequest {
  readonly op: "tune";
  /** Names of workloads. */
  readonly workloads: readonly string[];
  /** Index of the first one not done yet. */
  readonly first: number;
  readonly budgetMs: number;
  readonly known: readonly Trial[];
  readonly ceilings?: Ceilings;
}

export interface FinishRequest {
  readonly op: "finish";
  readonly record: DeviceRecord;
  readonly ceilings: Ceilings;
  readonly trials: readonly Trial[];
}

/** A trial that is under way: all of it but how it ends. */
export type TrialBegun = Omit<Trial, "status" | "at">;

/** What the worker tells; every message is a sign of life. */
export type FromWorker =
  | { readonly kind: "opened"; readonly record: DeviceRecord }
  | { readonly kind: "measuring" }
  | { readonly kind: "ceilings"; readonly ceilings: Ceilings }
  /** A workload begins; `variants`: as many its space has, `refused`: why its default can't run here. */
  | {
    readonly kind: "workload";
    readonly index: number;
    readonly variants: number;
    readonly refused?: string;
  }
  | { readonly kind: "begun"; readonly trial: TrialBegun }
  | { readonly kind: "phase"; readonly phase: string }
  | {
    readonly kind: "trial";
    readonly index: number;
    readonly trial: Trial;
    /** Replayed: the page has it already. */
    readonly isKnown: boolean;
    /** A finalist's further look. */
    readonly isAgain: boolean;
    /** Tunables other than the family's initial ones. */
    readonly changes: string;
    readonly best?: Trial;
    readonly baseline?: Trial;
  }
  | { readonly kind: "workloadEnd"; readonly index: number; readonly end: string }
  /** The search is over; `isPaused`: because it was asked to. */
  | { readonly kind: "done"; readonly isPaused: boolean }
  /** The device is gone: another worker must go on. */
  | { readonly kind: "lost"; readonly reason: string }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "finished"; readonly upload: Upload };
