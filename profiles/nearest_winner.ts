import { bucketDistance } from "./buckets.ts";
import type { Winner } from "./schema.ts";

/**
 * The winner of the bucket nearest to `bucket`, which begins a search there: what is best for 8192 tokens is seldom far
 * from the best for 1024. Winners of other source code don't count, nor do buckets whose sizes don't compare.
 */
export function nearestWinner(
  winners: Iterable<Winner>,
  bucket: string,
  sourceHash: string,
): Winner | undefined {
  let nearest: Winner | undefined;
  let least = Infinity;
  for (const winner of winners) {
    const distance = winner.sourceHash === sourceHash ? bucketDistance(bucket, winner.bucket) : undefined;
    if (distance !== undefined && distance < least) [nearest, least] = [winner, distance];
  }
  return nearest;
}
