import { note } from "./output.ts";

/** A terminal is redrawn at most this often; a log gets a line that rarely. */
const TERMINAL_MS = 100;
const LOG_MS = 5_000;

/** One changing line on stderr in a terminal, a line now and then in a log. */
export class StatusLine {
  readonly #terminal = Deno.stderr.isTerminal();
  #last = -Infinity;
  #drawn = false;

  /** Redraws the terminal's line; a log is spared. */
  draw(line: string): void {
    if (!this.#terminal || !this.#isDue(TERMINAL_MS)) return;
    // A line that wraps could not be taken back.
    this.#write(line.slice(0, Math.max(20, columns() - 1)));
    this.#drawn = true;
  }

  /** Redraws the terminal's line, or adds one to a log that has not had one for a while. */
  show(line: string): void {
    if (this.#terminal) this.draw(line);
    else if (this.#isDue(LOG_MS)) note(line);
  }

  /** Takes the terminal's line back. */
  clear(): void {
    if (this.#drawn) this.#write("");
    this.#drawn = false;
  }

  #isDue(everyMs: number): boolean {
    if (performance.now() - this.#last < everyMs) return false;
    this.#last = performance.now();
    return true;
  }

  #write(line: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${line}`));
  }
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}
