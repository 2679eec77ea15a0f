import { GpuDied } from "./gpu_process.ts";
import { note } from "./output.ts";
import type { TrialProcess } from "./trial_process.ts";
import { EXIT } from "./user_error.ts";

const AGAIN_MS = 1_000;

/**
 * Does work that runs trials and returns its exit code. Ctrl-C drops the trial under way, keeps the finished ones and
 * returns 130; a second one a second later ends the program.
 */
export async function untilInterrupted(
  trials: TrialProcess,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  let interrupted = 0;
  const interrupt = () => {
    if (stop.signal.aborted) {
      // Under `deno task` one Ctrl-C comes twice: from the terminal, and passed on. A later one is impatience.
      if (performance.now() - interrupted > AGAIN_MS) Deno.exit(EXIT.interrupted);
      return;
    }
    interrupted = performance.now();
    note("Stopping; every finished trial is kept.");
    stop.abort();
    trials.close();
  };
  Deno.addSignalListener("SIGINT", interrupt);
  try {
    return await work(stop.signal);
  } catch (error) {
    if (stop.signal.aborted && (error === stop.signal.reason || error instanceof GpuDied)) {
      return EXIT.interrupted;
    }
    throw error;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
    trials.close();
  }
}
