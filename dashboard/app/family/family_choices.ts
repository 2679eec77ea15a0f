import type { AnyFamily } from "../../../kernels/core/family.ts";
import { type Config, FORMULATION, type TunableValue } from "../../../kernels/core/space.ts";
import type { Trial } from "../../../profiles/schema.ts";
import type { BucketTrials } from "./buckets_of.ts";
import type { Importance } from "./importance.ts";

/** The bucket asked for, else the one with the most trials; undefined where there is none. */
export function chosenBucket(buckets: readonly BucketTrials[], asked?: string): BucketTrials | undefined {
  return buckets.find(({ bucket }) => bucket === asked) ?? buckets[0];
}

/** The formulation asked for; undefined for all of them, and for one there is none of. */
export function chosenFormulation({ space }: AnyFamily, asked?: string): TunableValue | undefined {
  return space.tunables[FORMULATION]?.values.find((value) => String(value) === asked);
}

/** The tunables a heatmap has across and down. */
export type HeatAxes = readonly [across: Importance, down: Importance];

/**
 * Two different tunables for a heatmap: those asked for, else those that tell most among what the winner and the other
 * axis hold too, since tunables of two formulations never meet. Undefined below two.
 */
export function chosenAxes(
  tunables: readonly Importance[],
  trials: readonly Pick<Trial, "config">[],
  asked: { readonly x?: string; readonly y?: string },
  winner?: Config,
): HeatAxes | undefined {
  if (tunables.length < 2) return undefined;
  const named = (name?: string) => tunables.find((t) => t.name === name);
  const held = tunables.filter(({ name }) => winner && Object.hasOwn(winner, name));
  const usual = [...held, ...tunables.filter((t) => !held.includes(t))];
  const partner = (other: Importance) => {
    const rest = usual.filter((t) => t !== other);
    return rest.find((t) => trials.some(({ config }) => t.name in config && other.name in config)) ?? rest[0];
  };
  const [x, y] = [named(asked.x), named(asked.y)];
  if (x && y && x !== y) return [x, y];
  if (x) return [x, partner(x)];
  if (y) return [partner(y), y];
  return [usual[0], partner(usual[0])];
}

/** The address of a family's page with these choices. */
export function familyUrl(
  slug: string,
  family: string,
  page = "",
  choices: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(choices)) if (value !== undefined) query.set(name, value);
  const text = query.size > 0 ? `?${query}` : "";
  return `/devices/${encodeURIComponent(slug)}/${encodeURIComponent(family)}${page && `/${page}`}${text}`;
}
