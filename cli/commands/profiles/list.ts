import { Command } from "@commander-js/extra-typings";
import { note, print, printJson, table } from "../../output.ts";
import { FOLDER_OPTION, JSON_OPTION, loadProfiles } from "./load_profiles.ts";

export function listCommand() {
  return new Command("list")
    .description("One line per device.")
    .option(...FOLDER_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      "\nExamples:\n  deno task profiles list\n  deno task profiles list --profiles ~/my-profiles --json",
    )
    .action(async (options) => {
      const { devices, warnings, root } = await loadProfiles(options.profiles);
      if (options.json) {
        return await printJson({
          root,
          warnings,
          profiles: devices.map(({ slug, profile }) => ({
            device: slug,
            description: profile.device.description,
            software: profile.device.software,
            winners: profile.winners.length,
            updatedAt: profile.updatedAt,
          })),
        });
      }
      warnings.forEach(note);
      if (devices.length === 0) return await print(`No profile in ${root} yet: deno task tune makes one.`);
      await print(...table(
        ["device", "adapter", "kind", "winners", "updated"],
        devices.map(({ slug, profile }) => [
          slug,
          profile.device.description,
          profile.device.software ? "software" : "GPU",
          String(profile.winners.length),
          profile.updatedAt.slice(0, 10),
        ]),
        [3],
      ));
    });
}
