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
