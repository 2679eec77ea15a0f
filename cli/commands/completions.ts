import { Argument, Command } from "@commander-js/extra-typings";
import { fileURLToPath } from "node:url";
import { print, printJson } from "../output.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** `program` is asked for late: it does not exist yet when its commands are built. */
export function completionsCommand(program: () => unknown) {
  const command = new Command("completions")
    .description("Print a completion script that teaches your shell the command `deltatune`.")
    .addArgument(new Argument("<shell>", "your shell").choices(SHELLS))
    .option("--json", "one JSON document on stdout: { shell, script }")
    .addHelpText(
      "after",
      `
The script also defines the command deltatune, short for deno run -A ${"<repository>"}/cli/main.ts.

Examples:
  source <(deno task -q completions bash)
  deno task -q completions zsh > ~/.zfunc/_deltatune
  deno task -q completions fish | source`,
    );
  return command.action(async (shell, options) => {
    await registerAll(program());
    const script = `${await scriptText(shell)}\n${alias(shell)}`;
    if (options.json) return await printJson({ shell, script });
    await print(script);
  });
}

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Answers a shell's request `complete -- words...`, as the printed script sends it. */
export async function answerCompletion(program: unknown, words: string[]): Promise<void> {
  (await registerAll(program)).parse(words);
}

// deno-lint-ignore no-explicit-any -- the typed program and the plain one the library asks for differ in name only
async function registerAll(program: any) {
  const { default: tab } = await import("@bomb.sh/tab/commander");
  // The library adds a command of this name itself; ours makes room, so that it is suggested once.
  const ours = program.commands.findIndex((c: { name(): string }) => c.name() === "completions");
  program.commands.splice(ours, 1);
  return tab(program, { completionCommandName: "completions" });
}

async function scriptText(shell: string): Promise<string> {
  const { script } = await import("@bomb.sh/tab");
  const lines: string[] = [];
  const log = console.log;
  // The library prints the script; it is caught here so that --json can carry it.
  console.log = (...parts: unknown[]) => lines.push(parts.join(" "));
  try {
    script(shell, "deltatune", `${Deno.execPath()} run -A ${MAIN}`);
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

function alias(shell: string): string {
  if (shell === "powershell") return `function deltatune { & '${Deno.execPath()}' run -A '${MAIN}' @args }`;
  if (shell === "fish") {
    return `function deltatune; ${quoted(Deno.execPath())} run -A ${quoted(MAIN)} $argv; end`;
  }
  return `deltatune() { ${quoted(Deno.execPath())} run -A ${quoted(MAIN)} "$@"; }`;
}
