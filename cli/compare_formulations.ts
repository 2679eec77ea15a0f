import type { FormulationPoint } from "../compare/comparison.ts";
import { type KernelCall, prefillCall } from "../compare/kernel_calls.ts";
import { type KernelTimes, measuredEstimate } from "../compare/kernel_times.ts";
import { distinctMixers, isAffordable, type Question } from "../compare/measure_all.ts";
import { type Config, formulations, initialConfig } from "../kernels/core/space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { familyNamed } from "../kernels/mod.ts";
import type { CallBench } from "./call_bench.ts";

/** Lengths at which formulations part: from one chunk to where they have long met. */
const SHORTEST = 16;
const LONGEST = 8192;

/**
 * Times every formulation the device runs of the recurrent mixers' prefill, at lengths from one chunk on: from where on
 * is working in chunks faster than token after token? Each runs the fastest config stored of it, else its initial one.
 * What the winner's own takes is added to `times`.
 */
export async function measureFormulations(
  { models, lengths }: Question,
  times: KernelTimes,
  bench: CallBench,
): Promise<FormulationPoint[]> {
  const points: FormulationPoint[] = [];
  const longest = Math.min(LONGEST, lengths.at(-1)!);
  const families = new Set<string>();
  for (const mixer of distinctMixers(models).filter((m) => m.kind === "kda" || m.kind === "gdn")) {
    const { family } = prefillCall(mixer, 1);
    if (families.has(family)) continue;
    families.add(family);
    const ended = new Set<string>();
    for (let tokens = SHORTEST; tokens <= longest; tokens *= 4) {
      const call = prefillCall(mixer, tokens);
      for (const { formulation, config, tuned, isWinner } of await choicesFor(call, bench)) {
        if (ended.has(formulation)) continue;
        const known = await bench.known(call, config);
        const mayRun = known || isAffordable(call, times, bench) && !await bench.refusal(call, config);
        const what = `${mixer.kind} prefill ${formulation}, ${tokens} tokens`;
        const trial = known ?? (mayRun ? await bench.run(call, what, config) : undefined);
        if (!trial?.timing) {
          ended.add(formulation); // longer ones take longer
          continue;
        }
        if (isWinner) times.add(call, trial);
        points.push({
          family,
          formulation,
          tokens,
          variant: formatVariant(family, config),
          tuned,
          ...measuredEstimate(trial.timing),
        });
      }
    }
  }
  return points;
}

interface Choice {
  readonly formulation: string;
  readonly config: Config;
  readonly tuned: boolean;
  readonly isWinner: boolean;
}

async function choicesFor(call: KernelCall, bench: CallBench): Promise<Choice[]> {
  const { space } = familyNamed(call.family);
  const winner = await bench.configFor(call);
  const isKnown = !bench.untuned.includes(call.family);
  return await Promise.all(
    formulations(space).map(async (value) => {
      const formulation = String(value);
      if (winner.formulation === value) {
        return { formulation, config: winner, tuned: isKnown, isWinner: true };
      }
      const [best, ...others] = await bench.triedOf(formulation, call);
      const config = best?.config ?? { ...initialConfig(space, value), ...storageOf(call, winner) };
      return {
        formulation,
        config,
        tuned: others.some(({ variant }) => variant !== best.variant),
        isWinner: false,
      };
    }),
  );
}

/** Storage as the winner has it, which is as asked where the device can. */
function storageOf({ storage }: KernelCall, winner: Config): Config {
  return Object.fromEntries(Object.keys(storage).map((name) => [name, winner[name]]));
}
