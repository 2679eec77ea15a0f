import { completeAxes } from "../kernels/core/axes.ts";
import type { Config } from "../kernels/core/space.ts";
import { familyNamed } from "../kernels/mod.ts";
import { bucketOf } from "../profiles/buckets.ts";
import { nearestWinner } from "../profiles/nearest_winner.ts";
import type { Winner } from "../profiles/schema.ts";
import { storageOf } from "../tuner/tune.ts";
import type { Workload } from "../tuner/workloads.ts";

/**
 * Where the first of `workloads` begins: at the winner nearest to it, of those this run does not change from here on. So
 * a second run begins at the same place, and asks for nothing new.
 */
export function warmStart(
  winners: readonly Winner[],
  workloads: readonly Workload[],
  hash: string,
): Config | undefined {
  const [bucket, ...later] = workloads.map((workload) => {
    const family = familyNamed(workload.family);
    return bucketOf(family.name, completeAxes(family, workload.axes), storageOf(family, workload));
  });
  const settled = winners.filter((w) => w.bucket !== bucket && !later.includes(w.bucket));
  return nearestWinner(settled, bucket, hash)?.config;
}
