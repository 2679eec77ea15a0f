import type { AnyFamily, Axes, Capabilities } from "../kernels/core/family.ts";
import { refusal } from "../kernels/core/fit.ts";
import type { Config } from "../kernels/core/space.ts";
import { resolve } from "../profiles/resolve.ts";
import type { DeviceRecord } from "../profiles/schema.ts";
import { sourceHash } from "../profiles/source_hash.ts";
import { defaultRoot, listDevices } from "../profiles/store_fs.ts";

/** A config to run without having been told one, and the words that say where it comes from. */
export interface Choice {
  readonly config: Config;
  readonly from: string;
  /** Whether it is a profile's winner, of these sizes or of others. */
  readonly winner: boolean;
  /** Whether the profile has winners of such sizes, none of which runs at these. */
  readonly passedOver: boolean;
  /** Profiles that could not be read, and nearer winners that were passed over. */
  readonly notices: readonly string[];
}

/**
 * The profile's winner for this device and these sizes, else the family's default. Only profiles of the same backend
 * count: naga and Tint make other code of one text, and a winner of the one can be the slower half under the other.
 */
export async function winnerFor(
  family: AnyFamily,
  axes: Axes,
  device: { record: DeviceRecord; capabilities: Capabilities },
  storage: Config,
  root: string = defaultRoot(),
): Promise<Choice> {
  const { devices, warnings } = await listDevices(root);
  const found = resolve(
    devices.map((d) => d.profile).filter((p) => p.device.backend === device.record.backend),
    device.record,
    family,
    axes,
    await sourceHash(family),
    {
      storage,
      refusal: (config) => refusal(family, axes, config, device.capabilities),
    },
  );
  const notices = [...warnings, ...found.skipped.map((s) => `Passed over ${s.variant}: ${s.reason}`)];
  const from = found.winner
    ? `winner of ${found.winner.bucket}${
      found.exactBucket ? "" : ", the nearest workload known"
    }, by ${found.rung}`
    : "no profile knows this device and shape: the family's default, or what is nearest to it and runs here";
  return {
    config: found.config,
    from,
    winner: found.winner !== undefined,
    passedOver: found.skipped.length > 0,
    notices,
  };
}
