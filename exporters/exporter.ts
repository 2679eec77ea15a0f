import type { AnyFamily } from "../kernels/core/family.ts";
import type { Profile, Trial, Winner } from "../profiles/schema.ts";
import type { StagesEntry } from "../profiles/stages.ts";

/** A file of an export, by its path in the folder. */
export interface ExportFile {
  readonly path: string;
  readonly text: string;
}

/** What one device's profile holds of the chosen families. */
export interface Tuned {
  /** Folder name of the device, as in `builtin_nvidia_h200_0x2335`. */
  readonly slug: string;
  /** The profile, with the winners that are exported and no others. */
  readonly profile: Profile;
  /** Trials of these families in the order they were stored, those that did not pass too. */
  readonly trials: readonly Trial[];
  /** Trials that choose no winners, as `compare` takes them; only a copy of the whole profile carries them. */
  readonly comparisonTrials: readonly Trial[];
  /** Where the time of these winners goes, of those that were timed so. */
  readonly stages?: readonly StagesEntry[];
  /** Why a winner may no longer be the best, by winner; only those that are exported all the same. */
  readonly stale: ReadonlyMap<Winner, string>;
}

/** What is to be exported: checked, with at least one device, family and winner. */
export interface ExportRequest {
  readonly devices: readonly Tuned[];
  readonly families: readonly AnyFamily[];
}

/** One target of `deno task export`: text files made of what is known, without a disk or a GPU. */
export interface Exporter {
  /** The word the command line knows it by. */
  readonly name: string;
  /** One line: what it writes. */
  readonly doc: string;
  /** Who loads it, and how. */
  readonly readBy: string;
  /** Families it has words for; absent: every family. */
  readonly families?: readonly string[];
  /** Vendors whose GPUs its reader runs on, in the words of a device's `vendor`; absent: every one. */
  readonly vendors?: readonly string[];
  /** Whether one export holds several devices. */
  readonly severalDevices?: boolean;
  /**
   * The files, a README.md among them that says what transfers and what does not. The same request gives the same
   * texts: dates come from the profile. Throws RangeError with one sentence where nothing of the request can be had.
   */
  files(request: ExportRequest): Promise<readonly ExportFile[]>;
}
