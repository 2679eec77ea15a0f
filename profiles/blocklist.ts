import type { Axes } from "../kernels/core/family.ts";
import type { Trial, TrialStatus } from "./schema.ts";

/** Outcomes that bar a variant; `rejected` is not one, since the rules that reject are cheap to ask again. */
const BARRING: readonly TrialStatus[] = [
  "compile_error",
  "runtime_error",
  "timeout",
  "device_lost",
  "incorrect",
];

/** Key of a variant at one size. The order of the axes does not matter. */
export function blockKey(variant: string, axes: Axes): string {
  return `${variant}@${Object.keys(axes).sort().map((name) => `${name}=${axes[name]}`).join(",")}`;
}

/**
 * Variants that went wrong before under the same driver and source, by `blockKey`, with the reason.
 * Why forever: a variant that lost the device once may do it again, and a retry could cost the whole session.
 */
export function blocklist(
  trials: Iterable<Trial>,
  now: { readonly driver: string; readonly sourceHash: string },
): ReadonlyMap<string, string> {
  const blocked = new Map<string, string>();
  for (const trial of trials) {
    if (!BARRING.includes(trial.status)) continue;
    if (trial.driver !== now.driver || trial.sourceHash !== now.sourceHash) continue;
    blocked.set(blockKey(trial.variant, trial.axes), trial.reason ?? `it ended in ${trial.status} before`);
  }
  return blocked;
}
