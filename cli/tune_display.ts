import type { DeviceRecord, Timing, Winner } from "../profiles/schema.ts";
import type { Phase } from "../tuner/trial.ts";
import type { TuneProgress } from "../tuner/tune.ts";
import type { Workload } from "../tuner/workloads.ts";
import { softwareLines } from "./device_lines.ts";
import { changedTunables } from "./changed_tunables.ts";
import { formatUs } from "./duration.ts";
import { note, table } from "./output.ts";
import { StatusLine } from "./status_line.ts";

/** Live progress on stderr: one changing line in a terminal, a line now and then in a log. */
export class TuneDisplay {
  readonly #status = new StatusLine();
  #workload?: Workload;
  #index = 0;
  #variants = 0;
  #tried = 0;
  #failed = 0;
  #again = 0;
  #line = "";

  constructor(readonly workloads: number, readonly budgetMs: number) {}

  /** `variants`: how many the space has, `known`: trials of the family stored so far. */
  begin(workload: Workload, variants: number, known: number): void {
    this.#variants = variants;
    this.#workload = workload;
    this.#index++;
    this.#tried = this.#failed = this.#again = 0;
    note(
      `[${this.#index}/${this.workloads}] ${workload.name}${
        known > 0 ? ` (${known} trials of ${workload.family} known)` : ""
      }`,
    );
  }

  /** What the trial under way is doing. */
  phase(phase: Phase): void {
    this.#status.draw(`${this.#line || "  first trial"}; ${phase}`);
  }

  show({ kind, trial, best, baseline }: TuneProgress, elapsedMs: number): void {
    if (kind === "again") this.#again++;
    else {
      this.#tried++;
      if (trial.status !== "passed") this.#failed++;
    }
    const left = Math.max(0, Math.round((this.budgetMs - elapsedMs) / 1e3));
    const gain = best?.timing && baseline?.timing
      ? `, ${(baseline.timing.medianUs / best.timing.medianUs).toFixed(2)}x the default`
      : "";
    const found = best?.timing
      ? `best ${formatUs(best.timing.medianUs)}${gain}, ${
        (best.rooflinePercent ?? 0).toFixed(0)
      } % of the roofline`
      : "none passed yet";
    const finals = this.#again > 0 ? `, finalists measured again ${this.#again} times` : "";
    this.#line =
      `  ${this.#tried} of ${this.#variants} variants tried, ${this.#failed} failed${finals}; ${found}; ${left} s left`;
    this.#status.show(this.#line);
  }

  end(reason: string): void {
    this.#status.clear();
    note(
      this.#line ? `${this.#line.replace(/; \d+ s left$/, "")} (${reason})` : `  nothing new (${reason})`,
    );
    this.#line = "";
  }
}

/** "12.3 us +- 0.1" with the median absolute deviation. */
export function formatTiming(timing: Timing): string {
  const spread = `+-${(100 * timing.madUs / timing.medianUs).toFixed(1)}%`;
  return `${formatUs(timing.medianUs)} ${spread}${timing.lowClocks ? " (low clocks)" : ""}`;
}

/** The closing table: a row per kernel and workload bucket. */
export function winnerLines(winners: readonly Winner[], device: DeviceRecord): string[] {
  const config = ({ family, config }: Winner) => {
    const changed = changedTunables(family, config);
    return changed === family ? "the default" : changed;
  };
  const rows = winners.map((w) => [
    w.bucket,
    formatTiming(w.timing),
    w.rooflinePercent === undefined ? "-" : `${w.rooflinePercent.toFixed(1)} %`,
    w.defaultTiming ? `${(w.defaultTiming.medianUs / w.timing.medianUs).toFixed(2)}x` : "-",
    w.error.toExponential(1),
    w.tiedWith.length > 0 ? `${config(w)} (tie with ${w.tiedWith.length})` : config(w),
  ]);
  return [
    ...table(["workload", "median", "roofline", "vs default", "error", "config"], rows, [1, 2, 3, 4]),
    ...softwareLines(device),
  ];
}
