import { fileURLToPath } from "node:url";
import type { CliResult } from "./run_cli.ts";

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** A command under way. */
export interface RunningCli {
  readonly pid: number;
  /** Resolves once stderr holds `part`; rejects where the command ends without it. */
  said(part: string): Promise<void>;
  kill(signal: Deno.Signal): void;
  ended(): Promise<CliResult>;
}

/** Starts `deno run -A cli/main.ts ...args`, to be watched and killed. */
export function startCli(args: string[]): RunningCli {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stderr = "";
  let listener = () => {};
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += text;
      listener();
    }
  })();
  const output = new Response(child.stdout).text();
  return {
    pid: child.pid,
    said: (part) =>
      new Promise((done, fail) => {
        listener = () => stderr.includes(part) && done();
        listener();
        reading.then(() => fail(new Error(`it ended without "${part}": ${stderr}`)));
      }),
    kill: (signal) => child.kill(signal),
    ended: async () => {
      const [{ code }, stdout] = await Promise.all([child.status, output, reading]);
      return { code, stdout, stderr };
    },
  };
}
