import { formatFactor, formatTime, threeDigits } from "../../../compare/quantities.ts";
import { initialConfig } from "../../../kernels/core/space.ts";
import { formatVariant, splitVariant } from "../../../kernels/core/variant_id.ts";
import { families } from "../../../kernels/mod.ts";
import type { Winner } from "../../../profiles/schema.ts";
import { type Stages, stagesOf } from "../../../profiles/stages.ts";
import { isStale } from "../staleness.ts";

/** A winner as a row of text. */
export interface WinnerRow {
  /** Its bucket without the family's name. */
  readonly workload: string;
  readonly time: string;
  /** Median absolute deviation by the median. */
  readonly spread: string;
  /** 95 % interval of the median. */
  readonly interval: string;
  readonly roofline: string;
  readonly error: string;
  /** Times as fast as the default, where it was timed and differs. */
  readonly versusDefault: string;
  /** Tunables that differ from the family's default, storage types of the workload aside. */
  readonly changed: readonly string[];
  /** Variants whose interval meets the winner's: where they differ from it. */
  readonly tied: readonly string[];
  /** What a reader must know of the time. */
  readonly cautions: readonly string[];
  readonly hasStages: boolean;
}

/** The winners of one family, as rows. */
export function winnerRows(
  winners: readonly Winner[],
  hashes: ReadonlyMap<string, string>,
  stages: Stages | undefined,
): WinnerRow[] {
  return winners.map((winner) => {
    const { bucket, timing, rooflinePercent, error } = winner;
    return {
      workload: bucket.slice(bucket.indexOf("@") + 1),
      time: formatTime(timing.medianUs),
      spread: `${Number((100 * timing.madUs / timing.medianUs).toPrecision(2))} %`,
      interval: `95 % interval of the median: ${formatTime(timing.lowUs)} to ${formatTime(timing.highUs)}`,
      roofline: rooflinePercent === undefined ? "-" : `${threeDigits(rooflinePercent)} %`,
      error: error.toExponential(1),
      versusDefault: versusDefault(winner),
      changed: changed(winner),
      tied: winner.tiedWith.map((variant) => differences(variant, winner)),
      cautions: [
        ...(isStale(winner, hashes) ? ["stale"] : []),
        ...(timing.lowClocks ? ["low clocks"] : []),
        ...(timing.clock === "wall" ? ["wall clock"] : []),
      ],
      hasStages: stagesOf(stages, winner) !== undefined,
    };
  });
}

function versusDefault(winner: Winner): string {
  const { family, config, variant, timing, defaultTiming, tiedWith } = winner;
  const defaults = defaultOf(family, config);
  if (variant === defaults) return "is the default";
  if (defaults !== undefined && tiedWith.includes(defaults)) return "tie";
  return defaultTiming ? `${formatFactor(defaultTiming.medianUs / timing.medianUs)}x` : "-";
}

/** The family's default under the storage types of a config. */
function defaultOf(name: string, config: Winner["config"]): string | undefined {
  const space = families.find((f) => f.name === name)?.space;
  if (!space) return undefined;
  const initial = initialConfig(space);
  const held = Object.keys(initial).filter((key) => space.tunables[key].storageOf && key in config);
  return formatVariant(name, { ...initial, ...Object.fromEntries(held.map((key) => [key, config[key]])) });
}

function changed({ family, config }: Winner): string[] {
  const tunables = families.find((f) => f.name === family)?.space.tunables;
  return Object.entries(config)
    .filter(([name, value]) => !tunables?.[name]?.storageOf && value !== tunables?.[name]?.initial)
    .map(([name, value]) => `${name}=${value}`);
}

function differences(variant: string, { config }: Winner): string {
  try {
    const { assignments } = splitVariant(variant);
    return assignments.filter(([name, value]) => String(config[name]) !== value)
      .map(([name, value]) => `${name}=${value}`).join(" ") || variant;
  } catch {
    return variant; // a record may hold any text
  }
}
