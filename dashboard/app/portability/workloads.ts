import { families } from "../../../kernels/mod.ts";
import type { ShelvedDevice } from "../env.ts";

/** Workload buckets of one family that devices have winners for. */
export interface FamilyWorkloads {
  readonly family: string;
  readonly buckets: readonly { readonly bucket: string; readonly gpus: number; readonly software: number }[];
}

/** What there is to choose from, in the registry's order; read off the profiles, which are parsed already. */
export function workloads(devices: readonly ShelvedDevice[]): FamilyWorkloads[] {
  const counts = new Map<string, { gpus: number; software: number }>();
  for (const { profile } of devices) {
    for (const bucket of new Set(profile.winners.map((winner) => winner.bucket))) {
      const count = counts.get(bucket) ?? { gpus: 0, software: 0 };
      count[profile.device.software ? "software" : "gpus"]++;
      counts.set(bucket, count);
    }
  }
  const byName = new Intl.Collator("en", { numeric: true });
  return families.map(({ name }) => ({
    family: name,
    buckets: [...counts].filter(([bucket]) => bucket.startsWith(`${name}@`))
      .map(([bucket, count]) => ({ bucket, ...count }))
      .sort((a, b) => byName.compare(a.bucket, b.bucket)),
  })).filter(({ buckets }) => buckets.length > 0);
}

/**
 * The bucket asked for, else the one most GPUs have in common: of the family asked for, where it is one. Undefined where
 * there is none at all.
 */
export function chooseWorkload(
  known: readonly FamilyWorkloads[],
  asked: { readonly family?: string; readonly bucket?: string },
): { family: string; bucket: string } | undefined {
  const all = known.flatMap(({ family, buckets }) => buckets.map((bucket) => ({ ...bucket, family })));
  const exact = all.find(({ bucket }) => bucket === asked.bucket);
  if (exact) return exact;
  const ofFamily = all.filter(({ family }) => family === asked.family);
  const candidates = ofFamily.length > 0 ? ofFamily : all;
  if (candidates.length === 0) return undefined;
  return candidates.reduce((a, b) => b.gpus > a.gpus || b.gpus === a.gpus && b.software > a.software ? b : a);
}
