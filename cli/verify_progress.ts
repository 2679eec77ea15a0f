import { StatusLine } from "./status_line.ts";

/** What is left of a verification, shown live: references are computed on all cores while the GPU runs variants. */
export class VerifyProgress {
  readonly #status = new StatusLine();
  readonly #start = performance.now();
  #heads = 0;
  #runs = 0;
  #busyMs = 0;

  constructor(readonly runs: number, readonly heads: number) {}

  /** `phase` of the variant under way; `reference N` where the references of N heads are done. */
  phase(phase: string, what: string): void {
    const heads = /^reference (\d+)$/.exec(phase);
    if (heads) this.#heads = Math.max(this.#heads, Number(heads[1]));
    const doing = heads ? `references of ${this.#heads} of ${this.heads} heads` : phase;
    this.#status.show(`  ${this.#runs} of ${this.runs} verified; ${what}: ${doing}${this.#timeLeft()}`);
  }

  /** A variant is done, after so many milliseconds without the wait for its reference. */
  ran(busyMs: number): void {
    this.#runs++;
    this.#busyMs += busyMs;
  }

  end(): void {
    this.#status.clear();
  }

  /** The longer of what references and runs need, each at its pace so far. */
  #timeLeft(): string {
    const elapsed = performance.now() - this.#start;
    const forHeads = this.#heads > 0 ? elapsed * (this.heads - this.#heads) / this.#heads : 0;
    const forRuns = this.#runs > 0 ? this.#busyMs * (this.runs - this.#runs) / this.#runs : 0;
    const left = Math.max(forHeads, forRuns);
    return left > 0 ? `; ${Math.ceil(left / 1e3)} s left` : "";
  }
}
