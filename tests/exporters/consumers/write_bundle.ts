import { wgsl } from "../../../exporters/wgsl/mod.ts";
import { familyNamed } from "../../../kernels/mod.ts";
import { deviceSlug } from "../../../profiles/device_ladder.ts";
import type { DeviceRecord, Winner } from "../../../profiles/schema.ts";

/** Writes the bundle of these winners of a device, as `deno task export wgsl` would. */
export async function writeBundle(
  folder: string,
  device: DeviceRecord,
  winners: readonly Winner[],
): Promise<void> {
  const first = [...new Map(winners.map((winner) => [winner.bucket, winner])).values()];
  const families = [...new Set(first.map(({ family }) => family))].map(familyNamed);
  const profile = {
    schemaVersion: 1 as const,
    device,
    winners: first,
    updatedAt: "2026-11-23T10:00:00.000Z",
  };
  const tuned = { slug: deviceSlug(device), profile, trials: [], comparisonTrials: [], stale: new Map() };
  for (const { path, text } of await wgsl.files({ devices: [tuned], families })) {
    const file = `${folder}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
}
