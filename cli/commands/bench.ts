import { Command } from "@commander-js/extra-typings";
import { backendOption } from "../backend_option.ts";

export function benchCommand() {
  return new Command("bench")
    .description(
      "Time kernels without searching: median, spread, bandwidth, arithmetic rate and share of the roofline.",
    )
    .argument("[family...]", "families to time; all by default")
    .option("--workload <axes>", "one size of one family, as in B=1,T=8192,H=32")
    .option("--suite <name>", "a named set of sizes: default, targets, compare, software")
    .option(
      "--config <variant...>",
      "variants to time, as variants prints them; else the profile's winner, else the default",
    )
    .option(
      "--stages",
      "time every pass on its own, and each stage marked in one by leaving it out; kept for winners of the profile",
    )
    .option(
      "--windows",
      "instead of timing, run long inputs in windows of two lengths: memory, dispatches, and whether outputs agree",
    )
    .option(
      "--integrate",
      "instead, hold prompts summed from windows behind prefixes against the same prompts run whole: within 5 %?",
    )
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
  deno task bench --suite targets --json > targets.json
  deno task bench kda_prefill --workload 'B=1,T=8192,H=32'
  deno task bench kda_prefill --workload T=8192 --config 'kda_prefill:formulation=recurrent' 'kda_prefill:chunkSize=32'
  deno task bench mla_decode --workload S=131072 --stages           where does its time go?
  deno task bench kda_prefill --workload T=1048576 --windows        do a million tokens run, and right?
  deno task bench mla_prefill --workload T=65536 --integrate        is what compare sums up true?
  deno task bench --backend dawn --suite targets
  deno task bench --software                            small sizes on a software adapter`,
    )
    .action(async (families, options) => {
      const { runBench } = await import("../bench_session.ts");
      Deno.exitCode = await runBench({ ...options, families });
    });
}
