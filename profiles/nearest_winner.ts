import { bucketDistance, type DistanceOptions } from "./buckets.ts";
import type { Winner } from "./schema.ts";

/** Less than one step between buckets. */
const STALE = 0.5;

/**
 * The winner of the bucket nearest to `bucket`, which begins a search there: what is best for 8192 tokens is seldom far
 * from the best for 1024. Of two as near, one of this source code comes first; buckets whose sizes don't compare don't
 * count unless `akin` is asked for.
 *
 * Why winners of other source code count: most changes leave the best config where it was, and a search begun there
 * ends sooner than one begun at the default.
 */
export function nearestWinner(
  winners: Iterable<Winner>,
  bucket: string,
  sourceHash: string,
  options?: DistanceOptions,
): Winner | undefined {
  let nearest: Winner | undefined;
  let least = Infinity;
  for (const winner of winners) {
    const steps = bucketDistance(bucket, winner.bucket, options);
    if (steps === undefined) continue;
    const distance = winner.sourceHash === sourceHash ? steps : steps + STALE;
    if (distance < least) [nearest, least] = [winner, distance];
  }
  return nearest;
}
