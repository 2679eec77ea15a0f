import type { AnyFamily } from "../../../kernels/core/family.ts";
import { FORMULATION, type TunableValue } from "../../../kernels/core/space.ts";
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

/** Two different tunables for the axes of the heatmap: those asked for, else those that tell most. Undefined below two. */
export function chosenAxes(
  tunables: readonly Importance[],
  asked: { readonly x?: string; readonly y?: string },
): HeatAxes | undefined {
  if (tunables.length < 2) return undefined;
  const named = (name?: string) => tunables.find((t) => t.name === name);
  const x = named(asked.x) ?? tunables.find((t) => t.name !== asked.y)!;
  const y = named(asked.y);
  return [x, y && y !== x ? y : tunables.find((t) => t !== x)!];
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
