import { signal } from "@preact/signals";

const TICK_MS = 250;

/** Time a search has left; it passes between `start` and `stop` only. */
export class Countdown {
  readonly leftMs = signal(0);
  #budgetMs = 0;
  #stop?: () => void;

  /** Time that was given, ms. */
  get budgetMs(): number {
    return this.#budgetMs;
  }

  set(budgetMs: number): void {
    this.#budgetMs = budgetMs;
    this.leftMs.value = budgetMs;
  }

  start(): void {
    this.stop();
    let last = performance.now();
    const spend = () => {
      const now = performance.now();
      this.leftMs.value = Math.max(0, this.leftMs.value - (now - last));
      last = now;
    };
    const ticker = setInterval(spend, TICK_MS);
    this.#stop = () => {
      clearInterval(ticker);
      spend();
    };
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
