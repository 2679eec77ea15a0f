import type { TrialStatus } from "../profiles/schema.ts";
import { CompileError } from "./pipeline_cache.ts";

/** A device reports its loss after the call that met it has failed. */
const LOSS_DELAY_MS = 10;

/** What became of a variant that ended with an error, and why. */
export async function failureOf(
  device: GPUDevice,
  error: unknown,
): Promise<{ readonly status: TrialStatus; readonly reason: string }> {
  const lost = await Promise.race([
    device.lost,
    new Promise<undefined>((done) => setTimeout(done, LOSS_DELAY_MS)),
  ]);
  if (lost) return { status: "device_lost", reason: lost.message || lost.reason || "device lost" };
  const reason = (error as Error).message;
  if (error instanceof CompileError) return { status: "compile_error", reason };
  return { status: error instanceof RangeError ? "rejected" : "runtime_error", reason };
}
