import { Command } from "@commander-js/extra-typings";
import { checkCommand } from "./profiles/check.ts";
import { importCommand } from "./profiles/import.ts";
import { listCommand } from "./profiles/list.ts";
import { showCommand } from "./profiles/show.ts";

export function profilesCommand() {
  return new Command("profiles")
    .description(
      "What is known about devices: list the profiles, show one, check their files, add another machine's.",
    )
    .addHelpText(
      "after",
      `
Examples:
  deno task profiles list
  deno task profiles show <device>
  deno task profiles check --json
  deno task profiles import handed-over/<device>.profile.json`,
    )
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(checkCommand())
    .addCommand(importCommand());
}
