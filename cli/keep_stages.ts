import { storageChoices } from "../kernels/core/space.ts";
import { familyNamed } from "../kernels/mod.ts";
import { bucketOf } from "../profiles/buckets.ts";
import { deviceSlug } from "../profiles/device_ladder.ts";
import type { DeviceRecord, Trial } from "../profiles/schema.ts";
import type { StageTimes } from "../profiles/stages.ts";
import { defaultRoot, listDevices, ProfileStore, StoreError } from "../profiles/store_fs.ts";
import { shownPath } from "./user_path.ts";

/**
 * Keeps the stages of a variant beside the device's profile, where it is the winner of its bucket there. Returns what
 * became of them, a sentence: a disk that refuses costs no measurement.
 */
export async function keepStages(
  device: DeviceRecord,
  { family, variant, config, axes, sourceHash, driver }: Trial,
  times: StageTimes,
  root: string = defaultRoot(),
): Promise<string> {
  const bucket = bucketOf(family, axes, storageChoices(familyNamed(family).space, config));
  const { devices } = await listDevices(root);
  const profile = devices.find(({ slug }) => slug === deviceSlug(device))?.profile;
  if (!profile?.winners.some((winner) => winner.bucket === bucket && winner.variant === variant)) {
    return `The stages are not kept: ${variant} is no winner of ${bucket} in this device's profile`;
  }
  const at = new Date().toISOString();
  try {
    using store = await ProfileStore.open(root, device);
    await store.keepStages({ family, bucket, variant, axes, sourceHash, driver, at, times });
    return `Kept the stages of ${bucket} in ${shownPath(store.folder)}`;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return `The stages are not kept: ${error.message}`;
  }
}
