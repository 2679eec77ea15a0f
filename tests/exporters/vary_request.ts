import { familyNamed } from "../../kernels/mod.ts";
import type { Axes } from "../../kernels/core/family.ts";
import { storageChoices } from "../../kernels/core/space.ts";
import { formatVariant, parseConfig, splitVariant } from "../../kernels/core/variant_id.ts";
import type { ExportRequest } from "../../exporters/exporter.ts";
import { bucketOf } from "../../profiles/buckets.ts";
import { deviceSlug } from "../../profiles/device_ladder.ts";
import type { DeviceRecord, Trial, Winner } from "../../profiles/schema.ts";
import { sampleTiming, sampleTrial } from "../profiles/samples.ts";

/** The request for another device. */
export function withDevice(request: ExportRequest, device: DeviceRecord): ExportRequest {
  const [tuned, ...rest] = request.devices;
  return {
    ...request,
    devices: [{ ...tuned, slug: deviceSlug(device), profile: { ...tuned.profile, device } }, ...rest],
  };
}

/** The request with one winner more, by its short id, and trials at its sizes. */
export function withWinner(
  request: ExportRequest,
  { variant: id, axes, medianUs = 10 }: { variant: string; axes: Axes; medianUs?: number },
  trials: readonly Partial<Trial>[] = [],
): ExportRequest {
  const [tuned, ...rest] = request.devices;
  const { family, config, variant } = full(id);
  const common = { family: family.name, axes, sourceHash: "0123456789abcdef" };
  const winner: Winner = {
    ...common,
    variant,
    config,
    bucket: bucketOf(family.name, axes, storageChoices(family.space, config)),
    timing: sampleTiming(medianUs),
    error: 1e-6,
    tiedWith: [],
  };
  const more = trials.map((trial) => {
    const { config, variant } = full(trial.variant!);
    return sampleTrial({ ...common, ...trial, config, variant });
  });
  const profile = { ...tuned.profile, winners: [...tuned.profile.winners, winner] };
  return { ...request, devices: [{ ...tuned, profile, trials: [...tuned.trials, ...more] }, ...rest] };
}

/** A short id, with the rest of the config the initial one. */
function full(id: string) {
  const { family: name, assignments } = splitVariant(id);
  const family = familyNamed(name);
  const config = parseConfig(name, family.space, assignments);
  return { family, config, variant: formatVariant(name, config) };
}
