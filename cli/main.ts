import { Command, CommanderError } from "commander";
import { benchCommand } from "./commands/bench.ts";
import { compareCommand } from "./commands/compare.ts";
import { answerCompletion, completionsCommand } from "./commands/completions.ts";
import { dashboardCommand } from "./commands/dashboard.ts";
import { devicesCommand } from "./commands/devices.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { profilesCommand } from "./commands/profiles.ts";
import { runCommand } from "./commands/run.ts";
import { schemaCommand } from "./commands/schema.ts";
import { tuneCommand } from "./commands/tune.ts";
import { variantsCommand } from "./commands/variants.ts";
import { verifyCommand } from "./commands/verify.ts";
import { note } from "./output.ts";
import { EXIT, isUserError } from "./user_error.ts";

/** Every command; each file loads what it needs when it runs, so that help and listings start at once. */
const program = new Command("deltatune")
  .usage("<command> [options]")
  .description(
    "Writes, checks, times and chooses WGSL kernels for Kimi Delta Attention and latent attention.",
  )
  .addHelpText(
    "after",
    `
Examples:
  deno task tune                                     tune this device's kernels, two minutes
  deno task compare                                  hybrid against full attention, to a million tokens
  deno task dashboard                                both as pages in a browser
  deno task doctor                                   what can this machine do?
  deno task verify                                   are they right, on this device?
  deno task run kda_prefill --in case.safetensors --out result.safetensors
  deno task variants kda_decode --count
  deno task export --list                            winners as files for other engines and tools

Every command shows its own examples with --help.`,
  );
for (
  const command of [
    tuneCommand(),
    benchCommand(),
    compareCommand(),
    dashboardCommand(),
    runCommand(),
    verifyCommand(),
    variantsCommand(),
    profilesCommand(),
    exportCommand(),
    devicesCommand(),
    doctorCommand(),
    schemaCommand(),
    completionsCommand(() => program),
  ]
) program.addCommand(command as unknown as Command);
throwInsteadOfExiting(program);

try {
  // The completion scripts ask `complete -- words...`; commander itself would take the words for options.
  if (Deno.args[0] === "complete" && Deno.args[1] === "--") {
    await answerCompletion(program, Deno.args.slice(2));
  } else await program.parseAsync(Deno.args, { from: "user" });
} catch (error) {
  Deno.exitCode = report(error);
}
// A worker or a timer left behind must not keep a finished command alive.
Deno.exit();

/** Mistakes in arguments come back as exceptions, to be told in one sentence with exit code 2. */
function throwInsteadOfExiting(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const child of command.commands) throwInsteadOfExiting(child as Command);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // Without a command the help has been shown already.
    if (error.code !== "commander.help") note(sentence(error.message));
    return EXIT.badInput;
  }
  if (isUserError(error)) {
    note(error.message);
    return EXIT.badInput;
  }
  if (error instanceof Error && (error.name === "GpuTimeout" || error.name === "GpuDied")) {
    note(`The run failed: ${error.message}`);
    return EXIT.failed;
  }
  note(error instanceof Error ? error.stack ?? String(error) : String(error));
  return EXIT.internal;
}

/** Commander writes "error: unknown option '--jsn'" and a line "(Did you mean --json?)": one sentence is enough. */
function sentence(message: string): string {
  const [first, ...rest] = message.replace(/^error: /, "").trim().split("\n");
  return `${first[0].toUpperCase()}${first.slice(1)}${rest.length > 0 ? " " + rest.join(" ") : ""}`;
}
