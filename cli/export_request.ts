import type { Exporter, ExportRequest, Tuned } from "../exporters/exporter.ts";
import type { AnyFamily } from "../kernels/core/family.ts";
import { storageChoices } from "../kernels/core/space.ts";
import { bucketOf } from "../profiles/buckets.ts";
import { readText } from "../profiles/durable_text_fs.ts";
import { illegal } from "../profiles/resolve.ts";
import type { Profile, Trial, Winner } from "../profiles/schema.ts";
import { sourceHash } from "../profiles/source_hash.ts";
import { parseStages, STAGES_FILE, stagesOf } from "../profiles/stages.ts";
import { StoreError } from "../profiles/store_error.ts";
import { axesProblem } from "../profiles/trial_problem.ts";
import { COMPARISON } from "../profiles/upload.ts";
import { profileNamed } from "./commands/profiles/load_profiles.ts";
import { chooseFamilies, type FamilyChoice, type NamedProfile } from "./export_families.ts";
import { readStored } from "./read_stored.ts";
import { tuneCommandFor } from "./tune_command_for.ts";
import { UserError } from "./user_error.ts";

export interface ExportChoice extends FamilyChoice {
  readonly device?: readonly string[];
  /** Whether stale winners are exported all the same. */
  readonly force?: boolean;
}

/** The profiles of a folder. */
export interface Stored {
  readonly root: string;
  readonly devices: readonly NamedProfile[];
}

/** What an exporter is asked for, checked. Throws UserError, RangeError or SyntaxError in one sentence. */
export async function exportRequest(
  exporter: Exporter,
  stored: Stored,
  choice: ExportChoice,
): Promise<{ request: ExportRequest; notices: string[] }> {
  const chosen = chooseDevices(exporter, stored, choice.device ?? []);
  const { families, winners, notices } = chooseFamilies(exporter, chosen, choice);
  const devices: Tuned[] = [];
  for (const [i, { slug, profile }] of chosen.entries()) {
    const stale = await staleOf(slug, profile, families, winners[i]);
    if (stale.size > 0 && !choice.force) throw new UserError(refusal(slug, profile, stale));
    const read = await readRecord(`${stored.root}/${slug}`, families, winners[i]);
    notices.push(
      ...[...stale].map(([{ bucket }, why]) => `Stale: ${slug} ${bucket}: ${why}.`),
      ...read.notices,
    );
    const { trials, comparisonTrials, stages } = read;
    devices.push({
      slug,
      profile: { ...profile, winners: winners[i] },
      trials,
      comparisonTrials,
      stages,
      stale,
    });
  }
  return { request: { devices, families }, notices };
}

function chooseDevices(
  exporter: Exporter,
  { devices, root }: Stored,
  asked: readonly string[],
): readonly NamedProfile[] {
  const chosen = [...new Set(asked)].map((slug) => profileNamed(slug, devices, root));
  if (chosen.length > 1 && !exporter.severalDevices) {
    throw new UserError(`Cannot export ${chosen.length} devices at once: ${exporter.name} holds one`);
  }
  if (chosen.length > 0) return chosen;
  if (devices.length === 1) return devices;
  throw new UserError(
    devices.length === 0
      ? `No profile in ${root} yet: deno task tune makes one`
      : `Cannot choose a device: name one with --device, known: ${
        devices.map(({ slug }) => slug).join(", ")
      }`,
  );
}

/** Winners of other source code, each with why. Throws UserError where one's config or sizes can't be had any more. */
async function staleOf(
  slug: string,
  profile: Profile,
  families: readonly AnyFamily[],
  winners: readonly Winner[],
): Promise<Map<Winner, string>> {
  const stale = new Map<Winner, string>();
  for (const winner of winners) {
    const family = families.find(({ name }) => name === winner.family)!;
    const wrong = illegal(family, winner.config) ?? axesProblem(family, winner.axes) ??
      bucketProblem(family, winner);
    if (wrong !== undefined) {
      throw new UserError(
        `Cannot export the winner of ${winner.bucket} of ${slug}, not with --force either: ${wrong}; ` +
          `tune again with ${tuneCommandFor(profile.device, family.name)}`,
      );
    }
    const hash = await sourceHash(family);
    if (winner.sourceHash !== hash) {
      stale.set(winner, `it was measured with source ${winner.sourceHash}, and the source is now ${hash}`);
    }
  }
  return stale;
}

/** Why a winner's bucket is not that of its call, as in a profile changed by hand. */
function bucketProblem(family: AnyFamily, { axes, config, bucket }: Winner): string | undefined {
  const own = bucketOf(family.name, axes, storageChoices(family.space, config));
  return bucket === own ? undefined : `its sizes and storage types are of ${own}`;
}

function refusal(slug: string, { device }: Profile, stale: ReadonlyMap<Winner, string>): string {
  const [[{ family, bucket }, why]] = stale;
  const others = stale.size > 1 ? ` (${stale.size - 1} more like it)` : "";
  return `Cannot export ${family} of ${slug}: its winner of ${bucket} is stale, ${why}${others}: tune again with ${
    tuneCommandFor(device, family)
  }, or --force to export it all the same`;
}

async function readRecord(folder: string, families: readonly AnyFamily[], winners: readonly Winner[]) {
  const notices: string[] = [];
  const trials: Trial[] = [];
  const read = async (collection: string) => {
    const stored = await readStored(`${folder}/${collection}.jsonl`);
    notices.push(...stored.notices);
    return stored.trials;
  };
  for (const { name } of families) trials.push(...await read(name));
  const comparisonTrials = (await read(COMPARISON)).filter((t) =>
    families.some(({ name }) => name === t.family)
  );
  const path = `${folder}/${STAGES_FILE}`;
  try {
    const text = await readText(path);
    const stages = text === undefined ? undefined : parseStages(text, path);
    const entries = winners.map((winner) => stagesOf(stages, winner)).filter((entry) => entry !== undefined);
    return { trials, comparisonTrials, stages: entries, notices };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { trials, comparisonTrials, stages: [], notices: [...notices, error.message] };
  }
}
