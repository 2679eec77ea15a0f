import { completeAxes } from "../../kernels/core/axes.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { familyNamed } from "../../kernels/mod.ts";
import type { DeviceRecord, Trial } from "../../profiles/schema.ts";
import { sourceHash } from "../../profiles/source_hash.ts";
import type { Upload } from "../../profiles/upload.ts";
import { sampleDevice, sampleTiming, sampleTrial } from "../profiles/samples.ts";

/** What a page sends after one trial of kda_decode's default on a browser's GPU; `changes` replace fields. */
export async function sampleUpload(
  { device = {}, trial = {} }: { device?: Partial<DeviceRecord>; trial?: Partial<Trial> } = {},
): Promise<Upload> {
  const family = familyNamed("kda_decode");
  const config = initialConfig(family.space);
  const own = sampleTrial({
    family: family.name,
    variant: formatVariant(family.name, config),
    config,
    axes: completeAxes(family, { N: 1 }),
    sourceHash: await sourceHash(family),
    driver: "",
    ...trial,
  });
  return {
    schemaVersion: 1,
    profile: {
      schemaVersion: 1,
      device: sampleDevice({ backend: "browser", runtime: "Chrome 153", driver: "", ...device }),
      ceilings: {
        readGBps: 800,
        f32Tflops: 20,
        timestampQuantumNs: 65536,
        measuredAt: "2026-11-23T10:00:00.000Z",
      },
      winners: [],
      updatedAt: "2026-11-23T10:00:00.000Z",
    },
    trials: [{ ...own, timing: sampleTiming(20) }],
  };
}
