import type { AnyFamily } from "../kernels/core/family.ts";
import { blockKey } from "./blocklist.ts";
import { type Profile, SCHEMA_VERSION, type Trial, type Winner } from "./schema.ts";
import { sourceHash } from "./source_hash.ts";
import type { ProfileStore } from "./store_fs.ts";
import type { StagesEntry } from "./stages.ts";
import { COMPARISON, type Upload } from "./upload.ts";
import { chooseWinners, replaceWinners } from "./winners.ts";

/** What became of the trials sent to one file of a store. */
export interface MergedTrials {
  /** A family's name, or `comparison`. */
  readonly collection: string;
  readonly added: number;
  /** Those that were there already. */
  readonly known: number;
  /** Those that choose no winner, since they are of other source code than the present one. */
  readonly stale: number;
  /** Those that choose no winner, since they are of another driver than the profile's. */
  readonly otherDriver: number;
}

/**
 * Adds a checked record to a device's store: trials already there are left out, winners are chosen anew from all on
 * disk that are of the present source code and the profile's driver, and of device, ceilings and stages the later ones
 * stay. Each file's trials are written as one, the profile last; the same again adds nothing. The caller holds the
 * store's lock. Throws StoreError where the disk refuses: what was written by then stands, and sending it again adds
 * the rest.
 */
export async function mergeUpload(
  store: ProfileStore,
  { profile, trials, comparisonTrials = [], stages = [] }: Upload,
  familyNamed: (name: string) => AnyFamily,
): Promise<{ merged: MergedTrials[]; profile: Profile; warnings: string[] }> {
  const stored = await store.readProfile();
  const { device, ceilings } = later(profile, stored);
  const warnings: string[] = [];
  const count = async (collection: string, sent: readonly Trial[]): Promise<MergedTrials> => {
    const there = await store.trials(collection);
    warnings.push(...there.warnings);
    const fresh = newAmong(sent, there.trials);
    await store.appendAll(fresh, collection);
    const added = fresh.length;
    let stale = 0;
    for (const trial of sent) {
      if (trial.sourceHash !== await sourceHash(familyNamed(trial.family))) stale++;
    }
    const otherDriver = sent.filter(({ driver }) => driver !== device.driver).length;
    return { collection, added, known: sent.length - added, stale, otherDriver };
  };
  const merged: MergedTrials[] = [];
  let winners = stored?.winners ?? [];
  for (const [name, sent] of Map.groupBy(trials, ({ family }) => family)) {
    merged.push(await count(name, sent));
    const family = familyNamed(name);
    const now = { family, sourceHash: await sourceHash(family), driver: device.driver };
    winners = replaceWinners(winners, name, chooseWinners((await store.trials(name)).trials, now));
  }
  if (comparisonTrials.length > 0) merged.push(await count(COMPARISON, comparisonTrials));
  await keepLaterStages(store, stages, winners);
  const next = { schemaVersion: SCHEMA_VERSION, device, ...(ceilings && { ceilings }), winners } as const;
  if (stored && isSame(next, stored)) return { merged, profile: stored, warnings };
  const changed = { ...next, updatedAt: new Date().toISOString() };
  await store.writeProfile(changed);
  return { merged, profile: changed, warnings };
}

/** Keeps those stages that are a winner's and later than those there. */
async function keepLaterStages(
  store: ProfileStore,
  sent: readonly StagesEntry[],
  winners: readonly Winner[],
): Promise<void> {
  const kept = (await store.stages())?.entries ?? [];
  for (const entry of sent) {
    const winner = winners.find(({ bucket, variant }) =>
      bucket === entry.bucket && variant === entry.variant
    );
    const mine = kept.find(({ bucket }) => bucket === entry.bucket);
    if (winner && (!mine || mine.at < entry.at)) await store.keepStages(entry);
  }
}

/** The trials sent that are not there yet, each once. */
function newAmong(sent: readonly Trial[], there: readonly Trial[]): Trial[] {
  const keys = new Set(there.map(keyOf));
  return sent.filter((trial) => {
    const key = keyOf(trial);
    return !keys.has(key) && keys.add(key);
  });
}

const keyOf = (trial: Trial): string => `${trial.at} ${blockKey(trial.variant, trial.axes)}`;

/** Device and ceilings of whichever was measured later: an old copy may come after a newer one. */
function later(sent: Profile, stored: Profile | undefined): Pick<Profile, "device" | "ceilings"> {
  if (!stored) return sent;
  const times = ({ ceilings, updatedAt }: Profile) => [ceilings?.measuredAt ?? "", updatedAt];
  const [[sentMeasured, sentUpdated], [measured, updated]] = [times(sent), times(stored)];
  const isOld = measured === sentMeasured ? updated > sentUpdated : measured > sentMeasured;
  return isOld ? stored : sent;
}

/** Whether two profiles say the same, in whatever order their winners stand. */
function isSame(a: Omit<Profile, "updatedAt">, b: Omit<Profile, "updatedAt">): boolean {
  const text = ({ device, ceilings, winners }: Omit<Profile, "updatedAt">) =>
    JSON.stringify([device, ceilings, winners.map((winner) => JSON.stringify(winner)).sort()]);
  return text(a) === text(b);
}
