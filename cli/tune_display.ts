import { familyNamed } from "../kernels/mod.ts";
import type { DeviceRecord, Timing, Winner } from "../profiles/schema.ts";
import type { Phase } from "../tuner/trial.ts";
import type { TuneProgress } from "../tuner/tune.ts";
import type { Workload } from "../tuner/workloads.ts";
import { formatUs } from "./duration.ts";
import { note, table } from "./output.ts";

/** A terminal is redrawn at most this often; a log gets a line that rarely. */
const TERMINAL_MS = 100;
const LOG_MS = 5_000;

/** Live progress on stderr: one changing line in a terminal, a line now and then in a log. */
export class TuneDisplay {
  readonly #terminal = Deno.stderr.isTerminal();
  #workload?: Workload;
  #index = 0;
  #variants = 0;
  #tried = 0;
  #failed = 0;
  #again = 0;
  #last = -Infinity;
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
    if (this.#terminal) this.#draw(`${this.#line || "  first trial"}; ${phase}`);
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
    if (this.#terminal) this.#draw(this.#line);
    else if (performance.now() - this.#last >= LOG_MS) {
      this.#last = performance.now();
      note(this.#line);
    }
  }

  #draw(line: string): void {
    if (performance.now() - this.#last < TERMINAL_MS) return;
    this.#last = performance.now();
    // A line that wraps could not be taken back.
    const shown = line.slice(0, Math.max(20, columns() - 1));
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${shown}`));
  }

  end(reason: string): void {
    if (this.#terminal && this.#line) Deno.stderr.writeSync(new TextEncoder().encode("\r\x1b[K"));
    note(
      this.#line ? `${this.#line.replace(/; \d+ s left$/, "")} (${reason})` : `  nothing new (${reason})`,
    );
    this.#line = "";
  }
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** "12.3 us +- 0.1" with the median absolute deviation. */
export function formatTiming(timing: Timing): string {
  return `${formatUs(timing.medianUs)} +-${(100 * timing.madUs / timing.medianUs).toFixed(1)}%`;
}

/** What a winner changes of its family's default, as `--config` takes it. */
function changes({ family, config }: Winner): string {
  const { tunables } = familyNamed(family).space;
  const parts = Object.keys(config).filter((name) => config[name] !== tunables[name]?.initial)
    .map((name) => `${name}=${config[name]}`);
  return parts.length > 0 ? `${family}:${parts.join(";")}` : "the default";
}

/** The closing table: a row per kernel and workload bucket. */
export function winnerLines(winners: readonly Winner[], device: DeviceRecord): string[] {
  const rows = winners.map((w) => [
    w.bucket,
    formatTiming(w.timing),
    w.rooflinePercent === undefined ? "-" : `${w.rooflinePercent.toFixed(1)} %`,
    w.defaultTiming ? `${(w.defaultTiming.medianUs / w.timing.medianUs).toFixed(2)}x` : "-",
    w.error.toExponential(1),
    w.tiedWith.length > 0 ? `${changes(w)} (tie with ${w.tiedWith.length})` : changes(w),
  ]);
  const truth = device.software ? ["Software adapter: these times say nothing about a GPU."] : [];
  return [
    ...table(["workload", "median", "roofline", "vs default", "error", "config"], rows, [1, 2, 3, 4]),
    ...truth,
  ];
}
