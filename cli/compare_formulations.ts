import type { FormulationPoint } from "../compare/comparison.ts";
import { type KernelCall, prefillCall } from "../compare/kernel_calls.ts";
import { distinctMixers, type Question } from "../compare/measure_all.ts";
import { type Config, formulations, initialConfig } from "../kernels/core/space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { familyNamed } from "../kernels/mod.ts";
import type { CallBench } from "./call_bench.ts";

/** Lengths at which formulations part: from one chunk to where they have long met. */
const SHORTEST = 16;
const LONGEST = 8192;
/** A share of the budget's rest that this question may take. */
const LEAST_LEFT_MS = 5_000;

/**
 * Times every formulation the device runs of the recurrent mixers' prefill, at lengths from one chunk on: from where on
 * is working in chunks faster than token after token? The profile's winner stands for its own formulation, the initial
 * config for the others.
 */
export async function measureFormulations(
  { models, lengths }: Question,
  bench: CallBench,
): Promise<FormulationPoint[]> {
  const points: FormulationPoint[] = [];
  const longest = Math.min(LONGEST, lengths.at(-1)!);
  const families = new Set<string>();
  for (const mixer of distinctMixers(models).filter((m) => m.kind === "kda" || m.kind === "gdn")) {
    const { family } = prefillCall(mixer, 1);
    if (families.has(family)) continue;
    families.add(family);
    const refused = new Set<string>();
    for (let tokens = SHORTEST; tokens <= longest; tokens *= 4) {
      const call = prefillCall(mixer, tokens);
      for (const [formulation, config] of await configsOf(call, bench)) {
        if (refused.has(formulation)) continue;
        const known = await bench.known(call, config);
        if (!known && bench.leftMs() < LEAST_LEFT_MS) continue;
        const what = `${mixer.kind} prefill ${formulation}, ${tokens} tokens`;
        const trial = known ?? await bench.run(call, what, config);
        if (!trial.timing) {
          refused.add(formulation);
          continue;
        }
        const { medianUs: us, lowUs, highUs } = trial.timing;
        const variant = formatVariant(family, config);
        points.push({ family, formulation, tokens, variant, us, lowUs, highUs, how: "measured" });
      }
    }
  }
  return points;
}

/** One config of each formulation: the winner's own, and the initial ones of the others stored the same way. */
async function configsOf(call: KernelCall, bench: CallBench): Promise<Map<string, Config>> {
  const { space } = familyNamed(call.family);
  const winner = await bench.configFor(call);
  return new Map(
    formulations(space).map((formulation) => [
      String(formulation),
      winner.formulation === formulation ? winner : { ...initialConfig(space, formulation), ...call.storage },
    ]),
  );
}
