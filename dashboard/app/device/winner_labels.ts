import { formatTokens } from "../../../compare/quantities.ts";
import type { WinnerPoint } from "./roofline_points.ts";

/** Of each family its winner nearest to the roof, under the family's name. */
export function familyLabels(points: readonly WinnerPoint[]): { point: WinnerPoint; text: string }[] {
  const best = new Map<string, WinnerPoint>();
  for (const point of points) {
    const known = best.get(point.family);
    if (!known || share(point) > share(known)) best.set(point.family, point);
  }
  return [...best].map(([text, point]) => ({ point, text }));
}

/** Every winner of one family, under what tells it from the others: the sizes and storage types that differ. */
export function workloadLabels(points: readonly WinnerPoint[]): { point: WinnerPoint; text: string }[] {
  const parts = points.map(({ winner }) => new Map(partsOf(winner)));
  const differs = (name: string) => new Set(parts.map((p) => p.get(name))).size > 1;
  const names = [...new Set(parts.flatMap((p) => [...p.keys()]))].filter(differs);
  return points.map((point, i) => ({
    point,
    text: names.map((name) => `${name}=${parts[i].get(name) ?? "-"}`).join(" ") || point.family,
  }));
}

function share({ winner }: WinnerPoint): number {
  return winner.rooflinePercent ?? 0;
}

/** Sizes it was measured at, and storage types its bucket names. */
function partsOf({ axes, bucket }: WinnerPoint["winner"]): [string, string][] {
  const storage = bucket.split("@").slice(1).join("@").split(",")
    .map((part) => part.split("="))
    .filter(([name, value]) => value !== undefined && !name.endsWith("<") && !(name in axes));
  return [
    ...Object.entries(axes).map(([name, size]): [string, string] => [name, formatTokens(size)]),
    ...storage.map(([name, value]): [string, string] => [name, value]),
  ];
}
