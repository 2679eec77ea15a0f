import type { AnyFamily } from "../../../kernels/core/family.ts";
import { formulations, initialConfig, storageChoices, violations } from "../../../kernels/core/space.ts";
import { formatVariant } from "../../../kernels/core/variant_id.ts";
import { formatTime } from "../../../compare/quantities.ts";
import type { Trial, Winner } from "../../../profiles/schema.ts";

/** A variant worth a look, and why. */
export interface NamedVariant {
  readonly id: string;
  readonly label: string;
}

/** How many of the fastest are named. */
const FASTEST = 20;

/** The winner, each formulation's default with the caller's storage, and the fastest of the trials; no variant twice. */
export function namedVariants(
  { name, space }: AnyFamily,
  trials: readonly Trial[],
  winner?: Winner,
): NamedVariant[] {
  const storage = storageChoices(space, winner?.config ?? trials[0]?.config ?? initialConfig(space));
  const found: NamedVariant[] = [];
  if (winner) found.push({ id: winner.variant, label: `winner, ${formatTime(winner.timing.medianUs)}` });
  for (const formulation of formulations(space)) {
    const config = { ...initialConfig(space, formulation), ...storage };
    if (violations(space, config).length > 0) continue;
    const label = formulation === undefined ? "default" : `default of ${formulation}`;
    found.push({ id: formatVariant(name, config), label });
  }
  const timed = [...new Map(trials.filter((t) => t.timing).map((t) => [t.variant, t])).values()]
    .sort((a, b) => a.timing!.medianUs - b.timing!.medianUs);
  for (const [i, { variant, timing }] of timed.slice(0, FASTEST).entries()) {
    found.push({ id: variant, label: `${i + 1}. fastest, ${formatTime(timing!.medianUs)}` });
  }
  const seen = new Set<string>();
  return found.filter(({ id }) => !seen.has(id) && seen.add(id));
}
