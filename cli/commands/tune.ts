import { Command } from "@commander-js/extra-typings";
import { backendOption } from "../backend_option.ts";
import { parseDuration } from "../duration.ts";
import { wholeNumber } from "../whole_number.ts";

export function tuneCommand() {
  return new Command("tune")
    .description(
      "Find the fastest correct variant of every kernel for this device and store it in a profile.",
    )
    .argument("[family...]", "families to tune; all by default")
    .option("--workload <axes>", "tune one size instead of the default ones, as in B=1,T=8192,H=32")
    .option("--suite <name>", "tune a named set of sizes: default, targets, compare, software")
    .option(
      "--budget <time>",
      "time to spend, as in 90s or 5m; 2m on a GPU, 1m on a software adapter",
      parseDuration,
    )
    .option("--trials <n>", "new trials at most, over all workloads", wholeNumber("--trials", 1))
    .option("--strategy <name>", "coordinate, random or exhaustive", "coordinate")
    .option("--seed <n>", "seed of the search", wholeNumber("--seed", 0), 1)
    .option(
      "--storage <list>",
      "how the caller's tensors (q, k, v, o; the cache; the state) are stored: f32 or f16, KV or VK",
    )
    .addOption(backendOption())
    .option("--software", "use the software adapter even where a GPU answers")
    .option("--profiles <folder>", "folder of the profiles")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Examples:
  deno task tune                                        this device, default kernels, two minutes
  deno task tune --budget 10m                           a longer search; it resumes what is known
  deno task tune kda_prefill --workload 'B=1,T=32768,H=32'
  deno task tune --suite targets --strategy random --seed 7
  deno task tune --backend dawn                         the same kernels through Dawn, a profile of its own
  deno task tune --software --budget 30s                without a GPU: proves correctness, says nothing of speed

Ctrl-C keeps every finished trial; run it again to go on.`,
    )
    .action(async (families, options) => {
      const { runTune } = await import("../tune_session.ts");
      Deno.exitCode = await runTune({ ...options, families });
    });
}
