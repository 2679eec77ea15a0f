import type { AnyFamily, Axes } from "../kernels/core/family.ts";
import {
  type Config,
  FORMULATION,
  formulations,
  initialConfig,
  type Space,
  storageChoices,
  tunablesRead,
  violations,
} from "../kernels/core/space.ts";
import { neighbours, withValue } from "../kernels/core/walk_space.ts";
import { formatVariant, parseConfig } from "../kernels/core/variant_id.ts";
import { bucketDistance, bucketOf } from "./buckets.ts";
import { likeness, type Rung, rungOf, RUNGS } from "./device_ladder.ts";
import type { DeviceRecord, Profile, Winner } from "./schema.ts";

/** A config for a workload, and where it comes from. */
export interface Resolution {
  readonly config: Config;
  /** `portable`: nothing is known, this is the family's default. */
  readonly rung: Rung;
  /** The winner it is, absent on `portable`. */
  readonly winner?: Winner;
  /** Whether the winner was found in the workload's own bucket, not a near one. */
  readonly exactBucket: boolean;
  /** Why the winner may no longer be the best; only with `allowStale`. */
  readonly stale?: string;
  /** Winners that were nearer and were passed over, each with the reason. */
  readonly skipped: readonly { readonly variant: string; readonly rung: Rung; readonly reason: string }[];
}

interface Candidate {
  readonly winner: Winner;
  readonly device: DeviceRecord;
  readonly rung: Rung;
  readonly distance: number;
}

/**
 * The best known config of `family` for a workload on `device`.
 *
 * Looks on the device's own rung first (adapter, architecture, vendor), there in the workload's bucket first and then
 * in the nearest one. A winner of other source code is stale: it is passed over and reported in `skipped`, or with
 * `allowStale` used after every fresh one, and says so. Falls back to the family's default, rung `portable`, or where
 * `refusal` speaks against that to the legal config fewest tunables away that it lets pass, of the default's formulation
 * if one of those does.
 */
export function resolve(
  profiles: Iterable<Profile>,
  device: DeviceRecord,
  family: AnyFamily,
  axes: Axes,
  currentSourceHash: string,
  options: {
    readonly allowStale?: boolean;
    /** Storage types of the caller's tensors; the family's initial ones where not given. */
    readonly storage?: Config;
    /** Says why a config cannot run here (features, limits), or nothing where it can. */
    readonly refusal?: (config: Config) => string | undefined;
  } = {},
): Resolution {
  const skipped: { variant: string; rung: Rung; reason: string }[] = [];
  let oldNews: Resolution | undefined;
  const fallback = { ...initialConfig(family.space), ...options.storage };
  const bucket = bucketOf(family.name, axes, storageChoices(family.space, fallback));
  for (const candidate of candidates(profiles, device, family.name, bucket)) {
    const { winner, rung } = candidate;
    const refused = illegal(family, winner.config) ?? options.refusal?.(winner.config);
    if (refused !== undefined) {
      skipped.push({ variant: winner.variant, rung, reason: refused });
      continue;
    }
    const found = { config: winner.config, rung, winner, exactBucket: candidate.distance === 0 };
    if (winner.sourceHash === currentSourceHash) return { ...found, skipped };
    const stale =
      `it was measured with source ${winner.sourceHash}, and the source is now ${currentSourceHash}`;
    if (options.allowStale) oldNews ??= { ...found, stale, skipped };
    else skipped.push({ variant: winner.variant, rung, reason: stale });
  }
  if (oldNews) return oldNews;
  const refused = options.refusal?.(fallback);
  if (refused === undefined) return { config: fallback, rung: "portable", exactBucket: false, skipped };
  skipped.push({ variant: formatVariant(family.name, fallback), rung: "portable", reason: refused });
  const config = nearestRunnable(family.space, fallback, options.refusal!) ?? fallback;
  return { config, rung: "portable", exactBucket: false, skipped };
}

/** Winners that say something about this workload on this device, nearest first. */
function candidates(
  profiles: Iterable<Profile>,
  device: DeviceRecord,
  family: string,
  bucket: string,
): Candidate[] {
  const found: Candidate[] = [];
  for (const profile of profiles) {
    const rung = rungOf(profile.device, device);
    if (rung === undefined) continue;
    for (const winner of profile.winners) {
      const distance = winner.family === family ? bucketDistance(bucket, winner.bucket) : undefined;
      if (distance !== undefined) found.push({ winner, device: profile.device, rung, distance });
    }
  }
  return found.sort((a, b) =>
    RUNGS.indexOf(a.rung) - RUNGS.indexOf(b.rung) || a.distance - b.distance ||
    likeness(b.device, device) - likeness(a.device, device)
  );
}

/** Why a stored config is none of today's space. */
export function illegal(family: AnyFamily, config: Config): string | undefined {
  const missing = tunablesRead(family.space, config[FORMULATION]).find(([name]) => !(name in config))?.[0];
  if (missing !== undefined) return `it does not set ${missing}, a tunable ${family.name} has now`;
  try {
    parseConfig(family.name, family.space, Object.entries(config));
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/** Tunables changed at most on the way from a default that can't run to a config that can. */
const MOST_CHANGES = 2;

/** In the formulation of `from` if that has one, else in another, beginning at its initial config. */
function nearestRunnable(
  space: Space,
  from: Config,
  refusal: (config: Config) => string | undefined,
): Config | undefined {
  const others = formulations(space).filter((f) => f !== from[FORMULATION]);
  const starts = [from, ...others.map((f) => withValue(space, from, FORMULATION, f!))];
  for (const start of starts) {
    const found = nearestWithin(space, start, refusal);
    if (found) return found;
  }
  return undefined;
}

/** The first config of the formulation of `from` that runs, those nearest to `from` first. */
function nearestWithin(
  space: Space,
  from: Config,
  refusal: (config: Config) => string | undefined,
): Config | undefined {
  const isFree = (name: string) => name !== FORMULATION && space.tunables[name].storageOf === undefined;
  if (violations(space, from).length === 0 && refusal(from) === undefined) return from;
  const seen = new Set([JSON.stringify(from)]);
  let frontier = [from];
  for (let changes = 0; changes < MOST_CHANGES; changes++) {
    const next: Config[] = [];
    for (const config of frontier.flatMap((c) => [...neighbours(space, c)])) {
      const changed = Object.keys(config).filter((name) => config[name] !== from[name]);
      const key = JSON.stringify(config);
      if (!changed.every(isFree) || seen.has(key)) continue;
      if (refusal(config) === undefined) return config;
      seen.add(key);
      next.push(config);
    }
    frontier = next;
  }
  return undefined;
}
