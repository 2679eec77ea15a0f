import { formatAxes } from "../../../kernels/core/axes.ts";
import type { AnyFamily } from "../../../kernels/core/family.ts";
import { storageChoices } from "../../../kernels/core/space.ts";
import type { DeviceRecord, Winner } from "../../../profiles/schema.ts";

type Device = Pick<DeviceRecord, "backend" | "software">;

/** The command that tunes a family on a device again. */
export function tuneCommand(device: Device, { name }: AnyFamily): string {
  return [`deno task tune ${name}`, ...options(device)].join(" ");
}

/** The command that measures the passes and stages of a winner. */
export function stagesCommand(
  device: Device,
  { name, space }: AnyFamily,
  { axes, config }: Pick<Winner, "axes" | "config">,
): string {
  const storage = Object.values(storageChoices(space, config));
  return [
    `deno task bench ${name} --workload ${formatAxes(axes)} --stages`,
    ...(storage.length > 0 ? [`--storage ${storage.join(",")}`] : []),
    ...options(device),
  ].join(" ");
}

function options({ backend, software }: Device): string[] {
  return [...(backend === "dawn" ? ["--backend dawn"] : []), ...(software ? ["--software"] : [])];
}
