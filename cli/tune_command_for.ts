import type { DeviceRecord } from "../profiles/schema.ts";

/** The command that tunes a family (all of them where it is empty) on such a device, as a user types it; a browser's is tuned in its page. */
export function tuneCommandFor(
  { backend, software }: Pick<DeviceRecord, "backend" | "software">,
  family: string,
  workload?: string,
): string {
  if (backend === "browser") return "Tune here in deno task dashboard";
  const size = workload === undefined ? "" : ` --workload ${workload}`;
  const where = `${backend === "dawn" ? " --backend dawn" : ""}${software ? " --software" : ""}`;
  return `deno task tune${family ? ` ${family}` : ""}${size}${where}`;
}
