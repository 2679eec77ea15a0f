import { Command } from "@commander-js/extra-typings";
import type { Profile } from "../../../profiles/schema.ts";
import { print, printJson } from "../../output.ts";
import { EXIT } from "../../user_error.ts";
import { FOLDER_OPTION, JSON_OPTION, loadProfiles } from "./load_profiles.ts";

export function checkCommand() {
  return new Command("check")
    .description(
      "Read every stored record and say what is broken, of a newer version or stale. Exit 1: something is broken.",
    )
    .option(...FOLDER_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      "\nExamples:\n  deno task profiles check\n  deno task profiles check --profiles ~/my-profiles --json",
    )
    .action(async (options) => {
      const { devices, warnings, root } = await loadProfiles(options.profiles);
      const problems = [...warnings];
      let trials = 0;
      for (const { slug } of devices) {
        const read = await checkTrials(`${root}/${slug}`);
        trials += read.trials;
        problems.push(...read.problems);
      }
      const stale = await staleWinners(devices);
      if (options.json) {
        await printJson({
          root,
          ok: problems.length === 0,
          profiles: devices.length,
          trials,
          problems,
          stale,
        });
      } else {
        await print(
          ...problems.map((p) => `broken  ${p}`),
          ...stale.map((s) => `stale   ${s}`),
          `${devices.length} profile${
            devices.length === 1 ? "" : "s"
          } with ${trials} trials in ${root}: ${problems.length} broken, ${stale.length} stale`,
        );
      }
      if (problems.length > 0) Deno.exitCode = EXIT.failed;
    });
}

/** Reads trials files without repairing them: checking must change nothing. */
async function checkTrials(folder: string): Promise<{ trials: number; problems: string[] }> {
  const { parseTrialLine } = await import("../../../profiles/trial_line.ts");
  const problems: string[] = [];
  let trials = 0;
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.name.endsWith(".jsonl")) continue;
    const path = `${folder}/${entry.name}`;
    const lines = (await Deno.readTextFile(path)).split("\n");
    lines.forEach((line, i) => {
      if (line === "") return;
      const parsed = parseTrialLine(line);
      if (parsed.kind === "trial") trials++;
      else {
        const reason = parsed.kind === "newer"
          ? `its schema version ${parsed.schemaVersion} is newer than this program`
          : parsed.reason;
        problems.push(`${path} line ${i + 1}: ${reason}`);
      }
    });
  }
  return { trials, problems };
}

async function staleWinners(devices: readonly { slug: string; profile: Profile }[]): Promise<string[]> {
  const { families } = await import("../../../kernels/mod.ts");
  const { sourceHash } = await import("../../../profiles/source_hash.ts");
  const hashes = new Map(
    await Promise.all(families.map(async (f) => [f.name, await sourceHash(f)] as const)),
  );
  const stale: string[] = [];
  for (const { slug, profile } of devices) {
    for (const winner of profile.winners) {
      const now = hashes.get(winner.family);
      if (now === winner.sourceHash) continue;
      const reason = now === undefined
        ? "the family is unknown to this program"
        : `measured with source ${winner.sourceHash}, and the source is now ${now}`;
      stale.push(`${slug} ${winner.family} ${winner.bucket}: ${reason}`);
    }
  }
  return stale;
}
