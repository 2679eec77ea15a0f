import type { Exporter } from "../exporters/exporter.ts";
import { completeAxes, parseAxes } from "../kernels/core/axes.ts";
import type { AnyFamily, Axes } from "../kernels/core/family.ts";
import { families as known, familyNamed } from "../kernels/mod.ts";
import { bucketDistance, bucketOf } from "../profiles/buckets.ts";
import type { Profile, Winner } from "../profiles/schema.ts";
import { tuneCommandFor } from "./tune_command_for.ts";
import { UserError } from "./user_error.ts";

export interface FamilyChoice {
  readonly family?: readonly string[];
  readonly workload?: string;
}

/** A device's profile by the name of its folder. */
export interface NamedProfile {
  readonly slug: string;
  readonly profile: Profile;
}

/**
 * Families to export, in the registry's order, and of each device its winners of these. Throws UserError, RangeError or
 * SyntaxError, in one sentence, where there are none to be had.
 */
export function chooseFamilies(
  exporter: Exporter,
  devices: readonly NamedProfile[],
  { family: names = [], workload }: FamilyChoice,
): { families: readonly AnyFamily[]; winners: Winner[][]; notices: string[] } {
  for (const name of names) checkAsked(exporter, devices, familyNamed(name).name);
  const hasWords = ({ name }: AnyFamily) => exporter.families?.includes(name) ?? true;
  const chosen = known.filter((family) =>
    names.length > 0 ? names.includes(family.name) : hasWords(family) && hasWinner(devices, family.name)
  );
  if (chosen.length === 0) throw new UserError(nothing(exporter, devices));
  const { families, axes } = workload === undefined ? { families: chosen } : oneOfSize(chosen, workload);
  const winners = devices.map((device) => {
    const own = device.profile.winners.filter(({ family }) => families.some(({ name }) => name === family));
    if (own.length === 0) throw new UserError(noWinner(device, families));
    return axes ? covering(device, own, families[0], axes, workload!) : own;
  });
  const leftOut = names.length > 0 ? [] : unknownFamilies(devices);
  const notices = leftOut.map((name) =>
    `Left out the winners of ${name}: this version of Deltatune knows no such family.`
  );
  return { families, winners, notices };
}

/** Throws UserError where the exporter has no words for a family, or no device a winner. */
function checkAsked(exporter: Exporter, devices: readonly NamedProfile[], name: string): void {
  if (exporter.families && !exporter.families.includes(name)) {
    throw new UserError(
      `Cannot export ${name} to ${exporter.name}: it has words for ${exporter.families.join(", ")} only`,
    );
  }
  if (!hasWinner(devices, name)) throw new UserError(noWinner(devices[0], [familyNamed(name)]));
}

function hasWinner(devices: readonly NamedProfile[], name: string): boolean {
  return devices.some(({ profile }) => profile.winners.some(({ family }) => family === name));
}

function noWinner({ slug, profile }: NamedProfile, families: readonly AnyFamily[]): string {
  const names = families.map(({ name }) => name);
  return `No winner of ${names.join(", ")} on ${slug} yet: ${
    tuneCommandFor(profile.device, names.join(" "))
  } finds some`;
}

function nothing({ name, families }: Exporter, devices: readonly NamedProfile[]): string {
  if (families) return `Nothing to export to ${name}: ${noWinner(devices[0], families.map(familyNamed))}`;
  const { slug, profile } = devices[0];
  const unknown = unknownFamilies(devices).join(", ");
  if (unknown) {
    return `Nothing to export: all winners are of ${unknown}, which this version of Deltatune does not know; update it`;
  }
  return `Nothing to export: ${slug} has no winners yet, ${tuneCommandFor(profile.device, "")} finds some`;
}

/** The one family whose workload this is, and its axes. */
function oneOfSize(
  chosen: readonly AnyFamily[],
  workload: string,
): { families: readonly AnyFamily[]; axes: Axes } {
  const given = parseAxes(workload);
  if (chosen.length === 1) return { families: chosen, axes: completeAxes(chosen[0], given) };
  const fitting = chosen.flatMap((family) => {
    try {
      return [{ families: [family], axes: completeAxes(family, given) }];
    } catch (error) {
      if (error instanceof RangeError) return [];
      throw error;
    }
  });
  if (fitting.length === 1) return fitting[0];
  const list = (families: readonly AnyFamily[]) => families.map(({ name }) => name).join(", ");
  throw new UserError(
    fitting.length === 0
      ? `Cannot size anything with ${workload}: it is no workload of ${list(chosen)}`
      : `Cannot tell whose workload ${workload} is: it fits ${
        list(fitting.flatMap(({ families }) => families))
      }; name one with --family`,
  );
}

/** Winners of the bucket these axes belong to, one of each storage choice. Throws UserError that names the nearest bucket. */
function covering(
  { slug, profile }: NamedProfile,
  winners: readonly Winner[],
  family: AnyFamily,
  axes: Axes,
  workload: string,
): Winner[] {
  const bucket = bucketOf(family.name, axes);
  const distanceTo = (winner: Winner) =>
    bucketDistance(bucket, bucketOf(family.name, winner.axes), { akin: true });
  const found = winners.filter((winner) => distanceTo(winner) === 0);
  if (found.length > 0) return found;
  const [nearest] = winners.toSorted((a, b) => (distanceTo(a) ?? Infinity) - (distanceTo(b) ?? Infinity));
  throw new UserError(
    `No winner on ${slug} covers ${workload}: the nearest is of ${nearest.bucket}; ${
      tuneCommandFor(profile.device, family.name, workload)
    } finds one`,
  );
}

/** Families of winners that this program does not know. */
function unknownFamilies(devices: readonly NamedProfile[]): string[] {
  const names = devices.flatMap(({ profile }) => profile.winners.map(({ family }) => family));
  return [...new Set(names)].filter((name) => !known.some((family) => family.name === name));
}
