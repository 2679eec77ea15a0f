import type { Context } from "hono";
import type { AnyFamily } from "../../../kernels/core/family.ts";
import { families } from "../../../kernels/mod.ts";
import type { Trial, Winner } from "../../../profiles/schema.ts";
import { sourceHash } from "../../../profiles/source_hash.ts";
import type { Env, ShelvedDevice } from "../env.ts";
import { bucketsOf, type BucketTrials } from "./buckets_of.ts";
import { chosenBucket } from "./family_choices.ts";
import type { PlacedTrial } from "./trial_columns.ts";

/** What every page about one family on one device begins with. */
export interface FamilyPage {
  readonly device: ShelvedDevice;
  readonly family: AnyFamily;
  readonly buckets: readonly BucketTrials[];
  /** The bucket chosen; undefined where nothing was tried. */
  readonly chosen?: BucketTrials;
  readonly winner?: Winner;
  /** Of the family's source as it is now. */
  readonly hash: string;
  readonly warnings: readonly string[];
}

/** The device and family of an address; undefined where there is no such device, or no such family in the registry. */
export async function familyPage(c: Context<Env>): Promise<FamilyPage | undefined> {
  const family = families.find(({ name }) => name === c.req.param("family"));
  const device = family && await c.env.shelf.device(c.req.param("device") ?? "");
  if (!device) return undefined;
  const [{ trials, warnings }, hash] = await Promise.all([
    c.env.shelf.trials(device, family.name),
    sourceHash(family),
  ]);
  const own = device.profile.winners.filter((w) => w.family === family.name);
  const tried = bucketsOf(trials, family);
  // A profile may have come without its trials.
  const bare = own.filter((w) => !tried.some(({ bucket }) => bucket === w.bucket));
  const buckets = [...tried, ...bare.map(({ bucket }) => ({ bucket, trials: [] }))];
  const chosen = chosenBucket(buckets, c.req.query("bucket"));
  const winner = own.find((w) => w.bucket === chosen?.bucket);
  return { device, family, buckets, chosen, winner, hash, warnings };
}

/** The fastest trials first, those without a time behind them, with their places in the bucket. */
export function fastestFirst(trials: readonly Trial[]): PlacedTrial[] {
  return trials.map((trial, i) => ({ place: i + 1, trial }))
    .sort((a, b) =>
      (a.trial.timing?.medianUs ?? Infinity) - (b.trial.timing?.medianUs ?? Infinity) || a.place - b.place
    );
}

/** A trial's status in words, with what its time must be taken with. */
export function statusWords({ status, timing, sourceHash }: Trial, hash: string): string {
  const words = status.replaceAll("_", " ");
  const notes = [timing?.lowClocks && "low clocks", sourceHash !== hash && "older source"].filter(Boolean);
  return [words, ...notes].join(", ");
}
