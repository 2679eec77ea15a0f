import { families } from "../../../kernels/mod.ts";
import type { Timing, Trial, Winner } from "../../../profiles/schema.ts";
import { isStale } from "../staleness.ts";

/** One timed call on a roofline. */
export interface RooflinePoint {
  readonly family: string;
  /** Flops by byte that must move. */
  readonly intensity: number;
  readonly tflops: number;
  /** The roof that bounds it. */
  readonly unit: "f32" | "matrix";
}

export interface WinnerPoint extends RooflinePoint {
  readonly winner: Winner;
  readonly isStale: boolean;
}

/** Steps by decade in which points count as one: finer than a pixel. */
const ACROSS = 400, UP = 200;

/** Where a timed call stands; undefined where its family is no more, or no longer knows such a call. */
export function pointOf(
  { family, axes, config, timing }: Pick<Trial, "family" | "axes" | "config"> & { readonly timing: Timing },
): RooflinePoint | undefined {
  try {
    const { flops, bytes, unit = "f32" } = families.find(({ name }) => name === family)!.work(axes, config);
    const [intensity, tflops] = [flops / bytes, flops / timing.medianUs / 1e6];
    if (!(intensity > 0 && tflops > 0 && Number.isFinite(intensity * tflops))) return undefined;
    return { family, intensity, tflops, unit };
  } catch {
    return undefined; // a record of any text may name axes and tunables the family has not
  }
}

/** Points of all trials that passed, of those that would lie on each other one. */
export function trialPoints(trials: readonly Trial[]): RooflinePoint[] {
  const points = new Map<string, RooflinePoint>();
  for (const trial of trials) {
    if (!trial.timing) continue;
    const point = pointOf({ ...trial, timing: trial.timing });
    if (!point) continue;
    const place = [Math.log10(point.intensity) * ACROSS, Math.log10(point.tflops) * UP].map(Math.round);
    const key = `${point.unit} ${place}`;
    if (!points.has(key)) points.set(key, point);
  }
  return [...points.values()];
}

/** Points of the winners, in their order. */
export function winnerPoints(
  winners: readonly Winner[],
  hashes: ReadonlyMap<string, string>,
): WinnerPoint[] {
  return winners.flatMap((winner) => {
    const point = pointOf(winner);
    return point ? [{ ...point, winner, isStale: isStale(winner, hashes) }] : [];
  });
}
