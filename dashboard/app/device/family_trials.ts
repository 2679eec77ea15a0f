import { StoreError } from "../../../profiles/store_error.ts";
import type { Trial } from "../../../profiles/schema.ts";
import type { Shelf, ShelvedDevice } from "../env.ts";

/** The trials of a device by family, and what could not be read; a family that can't be read has none. */
export async function familyTrials(
  shelf: Shelf,
  device: ShelvedDevice,
): Promise<{ trials: ReadonlyMap<string, readonly Trial[]>; warnings: readonly string[] }> {
  const warnings: string[] = [];
  const trials = new Map<string, readonly Trial[]>();
  for (const family of device.families) {
    const read = await shelf.trials(device, family).catch((error) => {
      if (!(error instanceof StoreError)) throw error;
      return { trials: [], warnings: [error.message] };
    });
    trials.set(family, read.trials);
    warnings.push(...read.warnings);
  }
  return { trials, warnings };
}
