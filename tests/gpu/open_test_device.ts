import { type OpenDevice, openDevice } from "../../tuner/open_device.ts";

let opened: Promise<OpenDevice | undefined> | undefined;

/** The adapter these tests run on, opened once a process; undefined where no driver answers. */
export function testDevice(): Promise<OpenDevice | undefined> {
  opened ??= (async () => {
    // As cli/gpu_process.ts: Vulkan loaders want the folder, and wgpu's OpenGL fallback can't run these kernels.
    if (!Deno.env.has("DENO_WEBGPU_BACKEND")) Deno.env.set("DENO_WEBGPU_BACKEND", "vulkan,metal,dx12");
    if (!Deno.env.has("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", Deno.env.get("TMPDIR") ?? "/tmp");
    const adapter = await navigator.gpu?.requestAdapter();
    return adapter ? await openDevice(adapter, "builtin", `deno ${Deno.version.deno}`) : undefined;
  })();
  return opened;
}

/** The end of a test's name where this adapter can't run all of it: what it lacks, so that no variant is left out unsaid. */
export function missingFeatures(device: OpenDevice | undefined): string {
  if (!device) return " (needs a WebGPU adapter)";
  const missing = ["shader-f16", "subgroups"].filter((f) => !device.capabilities.features.includes(f));
  return missing.length > 0 ? ` (less variants that need ${missing.join(" or ")})` : "";
}
