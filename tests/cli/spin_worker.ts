// A GPU process whose kernels go wrong on demand.
import { serveGpu, type WorkerOp } from "../../cli/serve_gpu.ts";
import { trialOp } from "../../cli/worker_ops/trial.ts";
import { spinFamily } from "./spin_family.ts";

await serveGpu({
  trial: trialOp(() => spinFamily) as WorkerOp,
  wait: () => new Promise(() => {}),
  echo: (_, payload) => Promise.resolve(payload),
  refuse: (_, message: string) => Promise.reject(new RangeError(message)),
  lose: (opened) => Promise.resolve(opened.device.destroy()),
  babble: () => Promise.resolve(Deno.stdout.writeSync(new TextEncoder().encode("driver: half a line"))),
  quote: () => Promise.resolve(Deno.stdout.writeSync(new TextEncoder().encode("{ const i = 0u;\n{}\n"))),
  garble: () => {
    Deno.stdout.writeSync(new TextEncoder().encode('{"kind":"done",\n'));
    return new Promise(() => {});
  },
});
