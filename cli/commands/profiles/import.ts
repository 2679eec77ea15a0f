import { Command } from "@commander-js/extra-typings";
import { FOLDER_OPTION, JSON_OPTION } from "./load_profiles.ts";

export function importCommand() {
  return new Command("import")
    .description("Add a device's record made elsewhere: every trial once, winners chosen again from all.")
    .argument("<file-or-folder>", "what `export profile` or the dashboard's page wrote, or a device's folder")
    .option(...FOLDER_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      `
Examples:
  deno task profiles import handed-over/<device>.profile.json
  deno task profiles import ~/other-machine/profiles/data/<device>
  deno task profiles import record.json --profiles ~/my-profiles --json`,
    )
    .action(async (path, options) => {
      const { runImport } = await import("../../import_session.ts");
      await runImport(path, options);
    });
}
