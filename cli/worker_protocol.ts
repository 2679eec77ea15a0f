import type { Capabilities } from "../kernels/core/family.ts";
import type { DeviceRecord } from "../profiles/schema.ts";
import type { Phase } from "../tuner/trial.ts";

/** One line from the parent to the worker. */
export interface WorkerRequest {
  readonly id: number;
  readonly op: string;
  readonly payload: unknown;
}

/** First line of a worker: its device, or why it has none. */
export type WorkerGreeting =
  | { readonly kind: "ready"; readonly record: DeviceRecord; readonly capabilities: Capabilities }
  | { readonly kind: "no_adapter"; readonly reason: string };

/** Every later line: an answer, a failure, or what a request is doing. */
export type WorkerReply =
  | { readonly kind: "done"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly name: string; readonly message: string }
  | { readonly kind: "phase"; readonly id: number; readonly phase: Phase };

/**
 * Reads `stream` as JSON lines and passes over any other line. Dawn quotes WGSL in its messages, where a line may well
 * begin with a brace, but never goes on with a quotation mark.
 */
export async function* jsonLines<T>(stream: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  let rest = "";
  for await (
    const text of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
  ) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line.startsWith('{"')) yield JSON.parse(line) as T;
  }
}
