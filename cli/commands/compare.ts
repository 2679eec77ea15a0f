import { Command } from "@commander-js/extra-typings";
import { backendOption } from "../backend_option.ts";
import { parseBytes } from "../bytes.ts";
import { parseDuration } from "../duration.ts";
import { wholeNumber } from "../whole_number.ts";

export function compareCommand() {
  return new Command("compare")
    .description(
      "What prefill, decode and memory of a hybrid cost against full attention on this device, at every length, and where the curves cross.",
    )
    .option("--models <names>", "models by name, separated by commas; the first is compared with each other")
    .option("--model-file <path...>", "models of your own, as JSON (deno task schema model)")
    .option(
      "--max-tokens <n>",
      "longest context; 1048576 on a GPU, 4096 on a software adapter",
      wholeNumber("--max-tokens", 1),
    )
    .option(
      "--min-tokens <n>",
      "shortest; 4096, or three doublings before a shorter longest",
      wholeNumber("--min-tokens", 1),
    )
    .option(
      "--budget <time>",
      "time to spend, as in 90s or 10m; 5m on a GPU, 90s on a software adapter",
      parseDuration,
    )
    .option(
      "--memory <size>",
      "memory of the device, as in 24GiB: decode at the largest batch that fits",
      parseBytes,
    )
    .option(
      "--weight-bits <n>",
      "bits of a weight, for the largest batch and --with-projections",
      wholeNumber("--weight-bits", 1),
      16,
    )
    .option(
      "--with-projections",
      "add everything around token mixing at the device's measured ceilings (projected)",
    )
    .option("--out <folder>", "write a report: Markdown, figures as SVG and PNG, CSV, JSON")
    .addOption(backendOption())
    .option("--software", "use the software adapter even where a GPU answers")
    .option("--profiles <folder>", "folder of the profiles")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Every number says how it was come by: measured at that length, integrated from windows that ran, or projected by a fit.
Trials are kept beside the profile: run it again and it goes on. Tune first: it times the profile's winners.

Examples:
  deno task compare                                     kimi-linear-48b against full attention, to 1M tokens
  deno task compare --models kimi-linear-48b,full-mla-48b,gqa8-48b --max-tokens 131072
  deno task compare --backend dawn --memory 141GB --out report
  deno task compare --model-file mine.json --with-projections
  deno task compare --software --max-tokens 4096        without a GPU: shows the way, says nothing of speed`,
    )
    .action(async (options) => {
      const { runCompare } = await import("../compare_session.ts");
      Deno.exitCode = await runCompare(options);
    });
}
