import { Command } from "@commander-js/extra-typings";
import { backendOption } from "../backend_option.ts";

export function verifyCommand() {
  return new Command("verify")
    .description(
      "Hold variants against the float64 reference on this device, with inputs that are hard on them. Exit 1: one failed.",
    )
    .argument("[family...]", "families to verify; all by default")
    .option(
      "--workload <axes>",
      "size of one family, as in T=4096,H=32 (default: the sizes every trial is checked at)",
    )
    .option("--inputs <list>", "kinds of inputs, as in strong,floor (default: all the family knows)")
    .option(
      "--case <file...>",
      "safetensors files with inputs and outputs of one family, instead of seeded inputs",
    )
    .option(
      "--config <variant...>",
      "variants to verify (default: every formulation's initial one in every storage type, and the profile's winners)",
    )
    .addOption(backendOption())
    .option("--software", "use the software adapter even where a GPU answers")
    .option("--profiles <folder>", "folder of the profiles")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Outputs are filled with NaN first. An error is the RMS of the difference over the RMS of the reference; a call's time is of
one cold call, by the wall clock. A variant this device can't run is listed as refused, with the reason. What each kind of
inputs is stands below its table.

Examples:
  deno task verify                                                every family at small sizes
  deno task verify kda_prefill --workload T=4096,H=32             the size of a real layer
  deno task verify kda_prefill --inputs masked,correlated --config 'kda_prefill:formulation=recurrent'
  deno task verify kda_prefill --case tests/fixtures/kda_b*.safetensors
  deno task verify --backend dawn --json > verified.json`,
    )
    .action(async (families, options) => {
      const { runVerify } = await import("../verify_session.ts");
      Deno.exitCode = await runVerify({ ...options, families });
    });
}
