import { StatusLine } from "./status_line.ts";

/** What is left of a verification, shown live: references are computed on all cores while the GPU runs variants. */
export class VerifyProgress {
  readonly #status = new StatusLine();
  #runs = 0;
  #busyMs = 0;
  #heads = 0;
  /** Time spent waiting for references, and the heads that came meanwhile: their pace when all cores are at it. */
  #waitedMs = 0;
  #awaited = 0;
  #waitingSince?: number;

  constructor(readonly runs: number, readonly heads: number) {}

  /** `phase` of the variant under way; `reference N` while it waits, with the heads whose references are done. */
  phase(phase: string, what: string): void {
    const heads = Number(/^reference (\d+)$/.exec(phase)?.[1] ?? NaN);
    const waits = !Number.isNaN(heads);
    if (waits) this.#waited(heads);
    else this.#waitingSince = undefined;
    const doing = waits ? `references of ${heads} of ${this.heads} heads` : phase;
    this.#status.show(`  ${this.#runs} of ${this.runs} verified; ${what}: ${doing}${this.#timeLeft()}`);
  }

  /** A variant is done, after so many milliseconds without the wait for its reference. */
  ran(busyMs: number): void {
    this.#waitingSince = undefined;
    this.#runs++;
    this.#busyMs += busyMs;
  }

  end(): void {
    this.#status.clear();
  }

  #waited(heads: number): void {
    const now = performance.now();
    if (this.#waitingSince !== undefined) {
      this.#waitedMs += now - this.#waitingSince;
      this.#awaited += Math.max(0, heads - this.#heads);
    }
    this.#waitingSince = now;
    this.#heads = Math.max(this.#heads, heads);
  }

  /** The longer of what references and runs still need, each at its own pace. */
  #timeLeft(): string {
    const forHeads = this.#awaited > 0 ? this.#waitedMs / this.#awaited * (this.heads - this.#heads) : 0;
    const forRuns = this.#runs > 0 ? this.#busyMs / this.#runs * (this.runs - this.#runs) : 0;
    const left = Math.max(forHeads, forRuns);
    return left > 0 ? `; ${Math.ceil(left / 1e3)} s left` : "";
  }
}
