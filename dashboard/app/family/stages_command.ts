import { formatAxes } from "../../../kernels/core/axes.ts";
import type { AnyFamily } from "../../../kernels/core/family.ts";
import { storageChoices } from "../../../kernels/core/space.ts";
import type { DeviceRecord, Winner } from "../../../profiles/schema.ts";

/** The command that measures the passes and stages of a winner. */
export function stagesCommand(
  { backend, software }: Pick<DeviceRecord, "backend" | "software">,
  family: AnyFamily,
  { axes, config }: Pick<Winner, "axes" | "config">,
): string {
  const storage = Object.entries(storageChoices(family.space, config)).map(([, value]) => value);
  return [
    `deno task bench ${family.name} --workload ${formatAxes(axes)} --stages`,
    ...(storage.length > 0 ? [`--storage ${storage.join(",")}`] : []),
    ...(backend === "dawn" ? ["--backend dawn"] : []),
    ...(software ? ["--software"] : []),
  ].join(" ");
}
