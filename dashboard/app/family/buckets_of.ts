import type { AnyFamily } from "../../../kernels/core/family.ts";
import { storageChoices } from "../../../kernels/core/space.ts";
import { bucketOf } from "../../../profiles/buckets.ts";
import type { Trial } from "../../../profiles/schema.ts";

/** Trials of one workload bucket, oldest first. */
export interface BucketTrials {
  readonly bucket: string;
  readonly trials: readonly Trial[];
}

/** Parsed trials stay the same object until their file changes. */
const known = new WeakMap<readonly Trial[], readonly BucketTrials[]>();

/** The workload buckets of a family's trials, that with the most trials first. */
export function bucketsOf(trials: readonly Trial[], family: AnyFamily): readonly BucketTrials[] {
  const found = known.get(trials);
  if (found) return found;
  // A bucket's name takes longer to make than to look up, and a search stays at few sizes.
  const names = new Map<string, string>();
  const byBucket = Map.groupBy(trials, ({ axes, config }) => {
    const storage = storageChoices(family.space, config);
    const key = `${Object.values(axes)} ${Object.keys(axes)} ${Object.values(storage)}`;
    let name = names.get(key);
    if (name === undefined) names.set(key, name = bucketOf(family.name, axes, storage));
    return name;
  });
  const buckets = [...byBucket].map(([bucket, trials]) => ({ bucket, trials }))
    .sort((a, b) => b.trials.length - a.trials.length || a.bucket.localeCompare(b.bucket));
  known.set(trials, buckets);
  return buckets;
}
