import { familyNamed } from "../../kernels/mod.ts";
import { formatVariant, parseConfig, splitVariant } from "../../kernels/core/variant_id.ts";
import { storageChoices } from "../../kernels/core/space.ts";
import type { Axes } from "../../kernels/core/family.ts";
import type { ExportRequest, Tuned } from "../../exporters/exporter.ts";
import { bucketOf } from "../../profiles/buckets.ts";
import { deviceSlug } from "../../profiles/device_ladder.ts";
import type { DeviceRecord, Trial, Winner } from "../../profiles/schema.ts";
import { DESKTOP_DEVICE } from "../contracts/devices.ts";
import { failedTrial, sampleDevice, sampleTiming, sampleTrial } from "../profiles/samples.ts";

/** What the sample device has won with: times are made up, round and unlike each other. */
const WINNERS: readonly [variant: string, axes: Axes, medianUs: number][] = [
  ["kda_decode:tileV=32;rowsPerThread=8", { N: 8, H: 32, K: 128, V: 128 }, 12],
  ["kda_prefill:chunkSize=64;tileV=32;io=f16", { B: 1, T: 8192, H: 32, K: 128, V: 128 }, 1500],
  ["gdn_decode:tileV=16", { N: 1, H: 32, K: 128, V: 128 }, 5],
  ["gdn_prefill:chunkSize=32;io=f16", { B: 1, T: 8192, H: 32, K: 128, V: 128 }, 1200],
  ["mla_decode:cacheElem=f16;splits=32", { N: 1, H: 32, S: 8192, P: 0 }, 40],
  ["mla_prefill:io=f16", { B: 1, T: 4096, H: 32, G: 0, K: 192, V: 128, C: 0 }, 9000],
  ["gqa_decode:cacheElem=f16;splits=32", { N: 1, H: 32, G: 8, K: 128, V: 128, S: 8192, P: 0 }, 25],
];

const SOURCE = "0123456789abcdef";

/** A device that never was, with what WebGPU grants on common GPUs. */
export const SAMPLE_DEVICE: DeviceRecord = sampleDevice({
  driver: "570.1",
  features: ["timestamp-query", "shader-f16", "subgroups"],
  subgroupSize: { min: 32, max: 32 },
  limits: { ...DESKTOP_DEVICE.limits },
});

/** A request with a winner and three trials of each of these families, the last of which failed. */
export function sampleRequest(names: readonly string[], changes: Partial<Tuned> = {}): ExportRequest {
  const chosen = WINNERS.filter(([variant]) => names.includes(variant.split(":")[0]));
  const winners: Winner[] = [];
  const trials: Trial[] = [];
  for (const [id, axes, medianUs] of chosen) {
    const family = familyNamed(id.split(":")[0]);
    const { config, variant } = parsed(id);
    const common = { family: family.name, variant, config, axes, sourceHash: SOURCE };
    winners.push({
      ...common,
      bucket: bucketOf(family.name, axes, storageChoices(family.space, config)),
      timing: sampleTiming(medianUs),
      error: 1e-6,
      rooflinePercent: 50,
      tiedWith: [],
    });
    const slower = { timing: sampleTiming(medianUs * 2), at: "2026-11-23T10:00:01.000Z" };
    trials.push(
      sampleTrial({ ...common, timing: sampleTiming(medianUs), compileMs: 12.5 }),
      sampleTrial({ ...common, ...parsed(`${family.name}`), ...slower }),
      failedTrial("compile_error", { ...common, at: "2026-11-23T10:00:02.000Z", reason: 'no "f16", here' }),
    );
  }
  const profile = {
    schemaVersion: 1,
    device: SAMPLE_DEVICE,
    winners,
    updatedAt: "2026-11-23T10:00:03.000Z",
  } as const;
  const tuned = { slug: deviceSlug(SAMPLE_DEVICE), profile, trials, comparisonTrials: [], stale: new Map() };
  return { devices: [{ ...tuned, ...changes }], families: names.map(familyNamed) };
}

/** A short id, with the rest of the config the initial one. */
function parsed(id: string) {
  const { family: name, assignments } = splitVariant(id);
  const config = parseConfig(name, familyNamed(name).space, assignments);
  return { config, variant: formatVariant(name, config) };
}
