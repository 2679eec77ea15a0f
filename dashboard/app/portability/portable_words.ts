import { deviceName } from "../../../compare/device_words.ts";
import { formatPercent } from "../../../compare/quantities.ts";
import { type Config, FORMULATION } from "../../../kernels/core/space.ts";
import { familyNamed } from "../../../kernels/mod.ts";
import type { DeviceRecord } from "../../../profiles/schema.ts";
import type { Mean } from "./cell.ts";
import type { Matrix } from "./matrix.ts";

const BACKENDS = { builtin: "Deno's WebGPU", dawn: "Dawn", browser: "a browser" } as const;

/** What one keeps by shipping the portable default, and beside it what the family's default keeps. */
export function portableWords({ contestants, portable, rows }: Matrix): string[] {
  const all = contestants.length;
  const nameAt = (place: number) => shortName(contestants[place].device.profile.device);
  if (all === 0) return ["No GPU has timed this workload with the kernel as it is now."];
  if (all === 1) {
    return [`Only ${nameAt(0)} has timed this workload: what its best config keeps elsewhere isn't known.`];
  }
  if (!portable) {
    return [
      `No config was timed on two of the ${all} devices: what any of them keeps elsewhere isn't known. ` +
      "Longer searches meet more often.",
    ];
  }
  const leastOn = ({ least }: Mean) => `least on ${nameAt(least.place)}, ${formatPercent(least.share)}`;
  const { mean, tied, isWhole } = portable;
  const every = all === 2 ? "both" : `all ${all}`;
  const kept = `keeps ${formatPercent(mean.share)} of each device's best speed (geometric mean; ${
    leastOn(mean)
  })`;
  const lines = [
    isWhole
      ? `One config shipped to ${every} devices ${kept}.`
      : `No config was timed on ${every} devices. One timed on ${mean.count} of them ${kept}.`,
  ];
  if (tied > 0) {
    lines.push(
      `${
        tied === 1 ? "One other config" : `${tied} other configs`
      } can't be told from it: their intervals meet.`,
    );
  }
  const initial = rows.find(({ isDefault }) => isDefault);
  if (initial?.isPortable) lines.push("It is the family's default.");
  else if (!initial?.mean) lines.push("The family's default was timed on none of them.");
  else {
    const where = initial.mean.count === all ? "" : ` on the ${initial.mean.count} that timed it`;
    lines.push(
      `The family's default keeps ${formatPercent(initial.mean.share)}${where} (${leastOn(initial.mean)}).`,
    );
  }
  return lines;
}

/** A device in a sentence: "NVIDIA H200 under Dawn". */
export function shortName(device: DeviceRecord): string {
  return `${deviceName(device)} under ${BACKENDS[device.backend]}`;
}

/** Where a config differs from the family's default; storage types aside, which the workload names. Empty: nowhere. */
export function differences(family: string, config: Config): string[] {
  const { tunables } = familyNamed(family).space;
  return Object.entries(config)
    .filter(([name, value]) => !tunables[name]?.storageOf && tunables[name]?.initial !== value)
    // What it is comes before how it is set.
    .sort(([a], [b]) => Number(b === FORMULATION) - Number(a === FORMULATION))
    .map(([name, value]) => `${name}=${value}`);
}
