// Entry of the child process that owns a GPU device.
import { familyNamed } from "../kernels/mod.ts";
import { measureCeilings } from "../tuner/ceilings.ts";
import { serveGpu, type WorkerOp } from "./serve_gpu.ts";
import { compileOp } from "./worker_ops/compile.ts";
import { numericCheckOp } from "./worker_ops/numeric_check.ts";
import { runOp } from "./worker_ops/run.ts";
import { stagesOp } from "./worker_ops/stages.ts";
import { trialOp } from "./worker_ops/trial.ts";
import { verifyOp } from "./worker_ops/verify.ts";
import { windowsOp } from "./worker_ops/windows.ts";

await serveGpu({
  ceilings: measureCeilings,
  trial: trialOp(familyNamed) as WorkerOp,
  compile: compileOp(familyNamed) as WorkerOp,
  run: runOp as WorkerOp,
  stages: stagesOp as WorkerOp,
  windows: windowsOp as WorkerOp,
  verify: verifyOp() as WorkerOp,
  numeric_check: numericCheckOp,
});
