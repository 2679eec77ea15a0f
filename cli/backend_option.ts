import { Option } from "@commander-js/extra-typings";
import { BACKENDS } from "./open_backend.ts";

/** Option of every command that opens a device: through which WebGPU implementation. */
export function backendOption(more = "") {
  const words = "WebGPU implementation: builtin, Deno's own (the default), or dawn, which has matrix units";
  return new Option("--backend <name>", words + more).choices(BACKENDS);
}
