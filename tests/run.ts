// Runs every test on the adapter that answers, else on the software adapter: deno run -A tests/run.ts [deno test's arguments]
import { GpuProcess } from "../cli/gpu_process.ts";
import { note } from "../cli/output.ts";
import { isUserError } from "../cli/user_error.ts";

/** Environment in which a test's own `navigator.gpu` finds an adapter; empty where there is none to be had. */
async function adapterEnvironment(): Promise<Readonly<Record<string, string>>> {
  try {
    const gpu = await GpuProcess.start({ software: false, backend: "builtin", onNotice: note });
    gpu.close();
    note(`Testing on ${gpu.record.description}${gpu.record.software ? ", a software adapter" : ""}.`);
    return gpu.environment;
  } catch (error) {
    if (!isUserError(error)) throw error;
    note(`${error.message}. Tests that need an adapter are ignored.`);
    return {};
  }
}

const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", ...Deno.args],
  env: await adapterEnvironment(),
}).spawn().status;
// The worker's pipes would keep this process alive.
Deno.exit(code);
