import type { Ceilings } from "../profiles/schema.ts";
import type { Estimate, Missing, Point } from "./comparison.ts";
import { lessSure } from "./answers.ts";
import type { KernelTimes } from "./kernel_times.ts";
import type { Model } from "./model.ts";
import { projectionTime } from "./projections.ts";

export interface ComposeOptions {
  readonly withProjections: boolean;
  readonly weightBits: number;
  readonly ceilings: Ceilings;
}

type Part = Point["parts"][number];

/**
 * A model's time at one length: every kind of layer's time as often as the model has it, one after the other. As sure as
 * the least sure of them; the intervals add up, which is wider than they are together.
 */
export function pointOf(
  model: Model,
  phase: Point["phase"],
  tokens: number,
  batch: number,
  times: KernelTimes,
  options: ComposeOptions,
): { point: Point } | { missing: Missing } {
  const parts: Part[] = [];
  const missing = (reason: string) => ({ missing: { model: model.name, phase, tokens, batch, reason } });
  for (const { layers, mixer } of model.layers) {
    const time = phase === "decode" ? times.decode(mixer, tokens, batch) : times.prefill(mixer, tokens);
    if ("missing" in time) return missing(`${mixer.kind}: ${time.missing}`);
    const { trial, ...estimate } = time;
    parts.push({
      label: mixer.kind,
      layers,
      ...estimate,
      ...(trial && { variant: trial.variant, axes: trial.axes }),
    });
  }
  if (options.withProjections) {
    const together = phase === "decode" ? { tokens: batch, outputs: batch } : { tokens, outputs: 1 };
    const time = projectionTime(model, together, options.ceilings, options.weightBits);
    if (!time) return missing("the model does not state its projections");
    const note =
      `everything but token mixing, no less than at the device's measured ceilings, ${options.weightBits}-bit weights`;
    parts.push({ label: "projections", layers: 1, ...time, how: "projected", note });
  }
  return { point: { model: model.name, phase, tokens, batch, ...total(parts), parts } };
}

function total(parts: readonly Part[]): Estimate {
  const sum = (of: (part: Part) => number) => parts.reduce((all, part) => all + part.layers * of(part), 0);
  const notes = [...new Set(parts.flatMap(({ label, note }) => note ? [`${label}: ${note}`] : []))];
  return {
    us: sum((part) => part.us),
    lowUs: sum((part) => part.lowUs),
    highUs: sum((part) => part.highUs),
    how: parts.map((part) => part.how).reduce(lessSure),
    ...(notes.length > 0 && { note: notes.join("; ") }),
  };
}
