import { bucketDistance, type DistanceOptions } from "./buckets.ts";
import type { Winner } from "./schema.ts";

/** Less than one step between buckets. */
const STALE = 0.5;

/**
 * The winner of the bucket nearest to `bucket`, which begins a search there: what is best for 8192 tokens is seldom far
 * from the best for 1024. Of two as near, one of this source code comes first. With `akin`, winners of other families
 * and exact sizes count too, behind all others and those with fewest differences first; their configs may not run, and
 * may have tunables that the family has not: the caller keeps to winners it can read. Without one undefined.
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
