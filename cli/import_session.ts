import { familyNamed } from "../kernels/mod.ts";
import { type MergedTrials, mergeUpload } from "../profiles/merge_upload_fs.ts";
import type { Profile } from "../profiles/schema.ts";
import { defaultRoot, ProfileStore } from "../profiles/store_fs.ts";
import { deviceSlug } from "../profiles/device_ladder.ts";
import { checkRecord } from "./check_record.ts";
import { softwareLines } from "./device_lines.ts";
import { note, print, printJson, table } from "./output.ts";
import { readRecord } from "./read_record.ts";
import { shownPath, userPath } from "./user_path.ts";

export interface ImportOptions {
  readonly profiles?: string;
  readonly json?: true;
}

/** Adds a device's record to the store, whole or, where anything in it is wrong, not at all. */
export async function runImport(path: string, options: ImportOptions): Promise<void> {
  const read = await readRecord(userPath(path));
  await checkRecord(read);
  read.notices.forEach(note);
  const { device, winners } = read.record.profile;
  softwareLines(device).forEach(note);
  const root = options.profiles === undefined ? defaultRoot() : userPath(options.profiles);
  using store = await ProfileStore.open(root, device);
  await store.acquire({
    onWait: (pid) =>
      note(`A tuner${pid ? ` (process ${pid})` : ""} works on this profile; waiting for it to end.`),
  });
  const { merged, profile, warnings } = await mergeUpload(store, read.record, familyNamed);
  warnings.forEach(note);
  const buckets = new Set(profile.winners.map(({ bucket }) => bucket));
  const notTaken = winners.map(({ bucket }) => bucket).filter((bucket) => !buckets.has(bucket));
  if (options.json) {
    const notices = [...read.notices, ...warnings];
    const slug = deviceSlug(device);
    const counts = { merged, winners: profile.winners.length, notTaken, notices };
    return await printJson({ device: slug, profile: store.folder, ...counts });
  }
  await print(...table(
    ["trials of", "added", "known", "stale"],
    merged.map(({ collection, added, known, stale }) => [collection, ...[added, known, stale].map(String)]),
    [1, 2, 3],
  ));
  await print(...endLines(merged, profile, notTaken), `Profile: ${shownPath(store.folder)}`);
}

function endLines(
  merged: readonly MergedTrials[],
  { winners, device }: Profile,
  notTaken: readonly string[],
) {
  const foreign = merged.reduce((sum, { otherDriver }) => sum + otherDriver, 0);
  const lines = [`${winners.length} ${winners.length === 1 ? "winner" : "winners"} now`];
  if (foreign > 0) {
    lines.push(
      `${foreign} of these trials are not of driver ${device.driver || "(none told)"}: they choose no winner`,
    );
  }
  if (notTaken.length > 0) {
    lines.push(
      `No winner of ${
        notTaken.join(" ")
      }: no trial of the present source and driver speaks for it; tune it again`,
    );
  }
  return lines;
}
