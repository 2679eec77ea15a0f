import { familyNamed } from "../../../kernels/mod.ts";
import type { Trial } from "../../../profiles/schema.ts";
import { StoreError } from "../../../profiles/store_error.ts";
import type { Shelf, ShelvedDevice } from "../env.ts";
import { bucketsOf } from "../family/buckets_of.ts";
import { currentHashes } from "../staleness.ts";
import { type Contestant, type Matrix, portabilityMatrix, portableDefault } from "./matrix.ts";
import { type DeviceStanding, standingOf, trialsOf } from "./standing.ts";

/** Everything the page shows of one workload. */
export interface Portability {
  readonly gpus: Matrix;
  /** On rows of its own devices; the portable default is that of the GPUs. */
  readonly software: Matrix;
  /** Devices that do not count, and trials that do not, each with the reason. */
  readonly leftOut: readonly { readonly device: ShelvedDevice; readonly reason: string }[];
  readonly warnings: readonly string[];
}

/** Reads what every device's trials say about one workload bucket. */
export async function loadPortability(
  shelf: Shelf,
  devices: readonly ShelvedDevice[],
  workload: { readonly family: string; readonly bucket: string },
): Promise<Portability> {
  const family = familyNamed(workload.family);
  const sourceHash = (await currentHashes()).get(family.name)!;
  const contestants: Contestant[] = [];
  const leftOut: { device: ShelvedDevice; reason: string }[] = [];
  const warnings: string[] = [];
  const read = await Promise.all(devices.map((device) =>
    shelf.trials(device, family.name).catch((error) => {
      if (!(error instanceof StoreError)) throw error;
      return { trials: [], warnings: [error.message] };
    })
  ));
  for (const [i, device] of devices.entries()) {
    warnings.push(...read[i].warnings);
    const trials = bucketsOf(read[i].trials, family).find(({ bucket }) => bucket === workload.bucket)?.trials;
    const isKnown = device.profile.winners.some(({ bucket }) => bucket === workload.bucket);
    if (!trials && !isKnown) continue;
    const { driver } = device.profile.device;
    const { standing, reason, stale } = knownStanding(trials ?? [], { family, sourceHash, driver });
    if (standing) contestants.push({ device, standing });
    if (reason) leftOut.push({ device, reason });
    else if (stale > 0) leftOut.push({ device, reason: `${trialsOf(stale)} of older source code` });
  }
  const [gpus, software] = [false, true].map((isSoftware) =>
    contestants.filter(({ device }) => device.profile.device.software === isSoftware)
  );
  const portable = portableDefault(gpus);
  return {
    gpus: portabilityMatrix(family, gpus, portable),
    software: portabilityMatrix(family, software, portable),
    leftOut,
    warnings,
  };
}

/** Parsed trials stay the same object until their file changes, and so does what follows from them. */
const known = new WeakMap<readonly Trial[], { readonly driver: string; readonly standing: DeviceStanding }>();

function knownStanding(trials: readonly Trial[], now: Parameters<typeof standingOf>[1]): DeviceStanding {
  const found = known.get(trials);
  if (found?.driver === now.driver) return found.standing;
  const standing = standingOf(trials, now);
  known.set(trials, { driver: now.driver, standing });
  return standing;
}
