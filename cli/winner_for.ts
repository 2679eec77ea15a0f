import type { AnyFamily, Axes } from "../kernels/core/family.ts";
import { type Config, initialConfig } from "../kernels/core/space.ts";
import type { DeviceRecord, Winner } from "../profiles/schema.ts";

export function winnerFor(
  family: AnyFamily,
  _axes: Axes,
  _device: DeviceRecord,
  _root?: string,
): Promise<{ config: Config; from: string }> {
  return Promise.resolve({ config: initialConfig(family.space), from: "the family's default" });
}
export function staleReason(_winner: Winner): Promise<string | undefined> {
  return Promise.resolve(undefined);
}
