import type { Contender, KernelContenders } from "../contenders.ts";
import { plainValue } from "../plain_value.ts";

/** A configuration worth keeping for a device and a problem size, as Kernel Tuner stores one. */
export interface StoredResult {
  readonly device_name: string;
  readonly problem_size: string;
  readonly tunable_parameters: Readonly<{ [name: string]: number | string }>;
  /** Milliseconds. */
  readonly time: number;
}

/** Configurations no more than this much slower than the best are kept, as `store_results` does by default. */
const TOP = 1.03;

/** The winner of every device and size, and what came close. */
export function storedResultsOf(
  { rounds }: KernelContenders,
  names: ReadonlyMap<string, string>,
): StoredResult[] {
  return rounds.flatMap(([winner, ...others]) => {
    const close = others.filter(({ timing }) => timing.medianUs < winner.timing.medianUs * TOP);
    return [winner, ...close].map((one) => storedResultOf(one, names.get(one.tuned.slug)!));
  });
}

function storedResultOf({ size, config, timing }: Contender, device: string): StoredResult {
  return {
    device_name: device,
    problem_size: size.join("x"),
    tunable_parameters: Object.fromEntries(
      Object.entries(config).map(([name, value]) => [name, plainValue(value)]),
    ),
    time: timing.medianUs / 1000,
  };
}

/**
 * The configuration most records hold, of equals the one whose times add up to the least: what Kernel Tuner's
 * `create_device_targets` would take for a device.
 */
export function commonest(records: readonly StoredResult[]): StoredResult["tunable_parameters"] {
  const byConfig = Map.groupBy(records, (record) => JSON.stringify(record.tunable_parameters));
  const total = (group: StoredResult[]) => group.reduce((sum, { time }) => sum + time, 0);
  return [...byConfig.values()].reduce((best, group) =>
    group.length > best.length || (group.length === best.length && total(group) < total(best)) ? group : best
  )[0].tunable_parameters;
}
