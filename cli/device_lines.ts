import type { DeviceRecord } from "../profiles/schema.ts";

/** The device a command works on, told truthfully. */
export function deviceLine({ description, software, runtime }: DeviceRecord): string {
  const kind = software ? "a SOFTWARE adapter: its times say nothing about a GPU" : "GPU";
  return `Device: ${description}, ${kind}, ${runtime}.`;
}

/** What belongs under every table of times of a software adapter; nothing for a GPU. */
export function softwareLines({ software }: Pick<DeviceRecord, "software">): string[] {
  return software ? ["Software adapter: these times say nothing about a GPU."] : [];
}
