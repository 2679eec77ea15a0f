import { Command } from "@commander-js/extra-typings";
import { FOLDER_OPTION, JSON_OPTION } from "./profiles/load_profiles.ts";

export function exportCommand() {
  return new Command("export")
    .description("Write a device's winners as files that other engines and tools load.")
    .argument("[target]", "who they are for; --list names them")
    .option("--list", "the targets: what each writes, who reads it, its families")
    .option("--device <slug...>", "device as `profiles list` names it; the only one there is by default")
    .option("--family <name...>", "families to export; all that have winners by default")
    .option("--workload <axes>", "only the winner that covers this size, as in B=1,T=8192,H=32")
    .option("--out <folder>", "a new or empty folder to write")
    .option("--force", "export stale winners too, and replace an earlier export of the same target")
    .option(...FOLDER_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      `
Every export holds a README.md that says what transfers to its reader and what does not.

Examples:
  deno task export --list
  deno task export wgsl --out bundle                               the only device there is
  deno task export profile --device <device> --family kda_decode mla_decode --out handed-over
  deno task export profile --device <device> --family kda_prefill --workload T=8192,H=32 --out one`,
    )
    .action(async (target, options) => {
      const { listTargets, runExport } = await import("../export_session.ts");
      if (options.list) return await listTargets(options);
      Deno.exitCode = await runExport({ ...options, target });
    });
}
