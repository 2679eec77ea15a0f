import { familyNamed } from "../kernels/mod.ts";
import { blockKey } from "../profiles/blocklist.ts";
import { deviceSlug } from "../profiles/device_ladder.ts";
import { type Profile, SCHEMA_VERSION, type Trial, type Upload, type Winner } from "../profiles/schema.ts";
import { sourceHash } from "../profiles/source_hash.ts";
import { ProfileStore } from "../profiles/store_fs.ts";
import { StoreError } from "../profiles/store_error.ts";
import { chooseWinners, replaceWinners } from "../profiles/winners.ts";
import type { KeptUpload } from "./app/env.ts";

/** Longest another writer of the same profile is waited for. */
const WAIT_MS = 10_000;

/**
 * Adds an upload's trials to its device's folder under `root`, those already there left out, and chooses winners from
 * all on disk. A family's trials are written as one; sending the same again adds nothing. Throws StoreError.
 */
export async function keepUpload(root: string, { profile, trials }: Upload): Promise<KeptUpload> {
  using store = await ProfileStore.open(root, profile.device);
  await store.acquire({ signal: AbortSignal.timeout(WAIT_MS) }).catch((error) => {
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      "Cannot store this profile: another tuner is writing it; send it again when it ended",
    );
  });
  const stored = await store.readProfile();
  let winners: Winner[] = stored?.winners ?? [];
  let added = 0;
  for (const [name, sent] of Map.groupBy(trials, (trial) => trial.family)) {
    const family = familyNamed(name);
    const there = (await store.trials(name)).trials;
    const keys = new Set(there.map(trialKey));
    const fresh = sent.filter((trial) => !keys.has(trialKey(trial)));
    await store.appendAll(fresh, name);
    added += fresh.length;
    const { driver } = profile.device;
    const all = [...there, ...fresh].sort((a, b) => a.at < b.at ? -1 : Number(a.at > b.at));
    const mine = chooseWinners(all, { family, sourceHash: await sourceHash(family), driver });
    winners = replaceWinners(winners, name, mine);
  }
  await store.writeProfile({
    schemaVersion: SCHEMA_VERSION,
    ...newest(profile, stored),
    winners,
    updatedAt: new Date().toISOString(),
  });
  return { slug: deviceSlug(profile.device), added };
}

const trialKey = (trial: Trial): string => `${trial.at} ${blockKey(trial.variant, trial.axes)}`;

/** Device and ceilings of whichever was measured later: an old download may be sent after a newer one. */
function newest(sent: Profile, stored: Profile | undefined): Pick<Profile, "device" | "ceilings"> {
  const isOld = (stored?.ceilings?.measuredAt ?? "") > (sent.ceilings?.measuredAt ?? "");
  const { device, ceilings } = isOld ? stored! : sent;
  return { device, ...(ceilings && { ceilings }) };
}
