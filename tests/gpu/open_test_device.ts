import { type OpenDevice, openDevice } from "../../tuner/open_device.ts";

let opened: Promise<OpenDevice | undefined> | undefined;

/** The adapter these tests run on, opened once a process; undefined where no driver answers. */
export function testDevice(): Promise<OpenDevice | undefined> {
  opened ??= (async () => {
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
