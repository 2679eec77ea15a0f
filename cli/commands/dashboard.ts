import { Command } from "@commander-js/extra-typings";
import { note, print } from "../output.ts";
import { EXIT, UserError } from "../user_error.ts";
import { userPath } from "../user_path.ts";
import { wholeNumber } from "../whole_number.ts";

const PORT = 8177;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
const LEAST_TOKEN = 16;
const CLOSE_MS = 3000;

export function dashboardCommand() {
  return new Command("dashboard")
    .description(
      "Serve the dashboard: profiles and comparisons as pages, and tuning in the visitor's own browser.",
    )
    .option("--port <n>", `port to listen on; 0 takes any free one`, wholeNumber("--port", 0), PORT)
    .option("--host <name>", "address to listen on; anything but loopback demands --token", "127.0.0.1")
    .option("--token <text>", `asked of every visitor; ${LEAST_TOKEN} letters or more`)
    .option("--profiles <folder>", "folder of the profiles")
    .addHelpText(
      "after",
      `
Examples:
  deno task dashboard
  deno task dashboard --port 9000 --profiles my-profiles
  deno task dashboard --host 0.0.0.0 --token "$(openssl rand -hex 16)"

It answers to localhost only, unless --host and --token say otherwise. Ctrl-C ends it.`,
    )
    .action(async ({ port, host, token, profiles }) => {
      if (!LOOPBACK.test(host) && token === undefined) {
        throw new UserError(
          `Cannot listen on ${host} without a token: others could read and write profiles; add --token with ${LEAST_TOKEN} letters or more`,
        );
      }
      if (token !== undefined && token.length < LEAST_TOKEN) {
        throw new UserError(
          `Cannot take a token of ${token.length} letters: it can be guessed; use ${LEAST_TOKEN} or more`,
        );
      }
      if (port > 65535) throw new UserError(`Cannot listen on port ${port}: ports end at 65535`);
      const [{ serveDashboard }, { defaultRoot }] = await Promise.all([
        import("../../dashboard/serve.ts"),
        import("../../profiles/store_fs.ts"),
      ]);
      const root = profiles === undefined ? defaultRoot() : userPath(profiles);
      const running = await serveDashboard({
        root,
        hostname: host,
        port,
        token,
        onBuild: () => note("Building the dashboard."),
      })
        .catch((error) => {
          if (error instanceof Deno.errors.AddrInUse) {
            throw new UserError(
              `Cannot listen on port ${port}: another program does; choose one with --port`,
            );
          }
          if (error instanceof Deno.errors.AddrNotAvailable) {
            throw new UserError(`Cannot listen on ${host}: it is no address of this machine`);
          }
          throw error;
        });
      const stopped = new Promise<void>((done) => Deno.addSignalListener("SIGINT", done));
      await print(`Dashboard: ${running.url}`);
      await Promise.race([stopped, running.finished]);
      // A page that never ends its request must not keep the command.
      await Promise.race([running.close(), new Promise((done) => setTimeout(done, CLOSE_MS))]);
      Deno.exitCode = EXIT.ok;
    });
}
