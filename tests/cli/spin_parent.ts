// Starts an endless shader in a GPU process and prints that process's id; for a test that kills this one.
import { GpuProcess } from "../../cli/gpu_process.ts";

const gpu = await GpuProcess.start({
  software: false,
  backend: "builtin",
  worker: new URL("./spin_worker.ts", import.meta.url),
  onNotice: () => {},
});
const payload = {
  family: "spin",
  config: { body: "endless" },
  axes: { N: 1 },
  ceilings: { readGBps: 1, f32Tflops: 1, timestampQuantumNs: 0, measuredAt: "" },
  samples: 3,
  capUs: 1e6,
};
await gpu.request("trial", payload, 60_000, (phase) => phase === "verify" && console.log(gpu.pid));
