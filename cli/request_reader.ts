// Thread of a GPU process that reads its requests: the main thread does not run while it waits for a shader.
import { jsonLines, type WorkerRequest } from "./worker_protocol.ts";

for await (const request of jsonLines<WorkerRequest>(Deno.stdin.readable)) self.postMessage(request);
// The parent is gone. It may have left a shader that never ends, and waiting for that one would keep the GPU busy.
Deno.kill(Deno.pid, "SIGKILL");
