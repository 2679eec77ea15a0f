import type { AnyFamily } from "../../../kernels/core/family.ts";
import { type Config, initialConfig, storageChoices } from "../../../kernels/core/space.ts";
import { formatVariant } from "../../../kernels/core/variant_id.ts";
import type { ShelvedDevice } from "../env.ts";
import { type Cell, cellOf, type Mean, meanOf } from "./cell.ts";
import type { Standing } from "./standing.ts";

/** A device and how configs stand on it. */
export interface Contestant {
  readonly device: ShelvedDevice;
  readonly standing: Standing;
}

/** A config against every device. */
export interface Row {
  readonly variant: string;
  readonly config: Config;
  readonly isDefault: boolean;
  readonly isPortable: boolean;
  /** In the order of the matrix's contestants. */
  readonly cells: readonly Cell[];
  /** Undefined where it was timed on none. */
  readonly mean?: Mean;
}

export interface Matrix {
  readonly contestants: readonly Contestant[];
  readonly rows: readonly Row[];
  readonly portable?: PortableDefault;
}

/** The config to ship where one must serve every device: largest mean of those timed on the most devices. */
export interface PortableDefault {
  readonly variant: string;
  readonly config: Config;
  /** Over as many devices as `mean.count` says; never one alone. */
  readonly mean: Mean;
  /** Whether it was timed on all of them. */
  readonly isWhole: boolean;
  /** Other configs timed on as many devices whose mean can't be told from its own. */
  readonly tied: number;
}

/**
 * The portable default, the family's default and every device's winner against every device. `contestants` are of one
 * workload bucket; `portable` is a config chosen elsewhere (among GPUs, for software adapters).
 */
export function portabilityMatrix(
  family: AnyFamily,
  contestants: readonly Contestant[],
  portable = portableDefault(contestants),
): Matrix {
  const configs = new Map<string, Config>();
  const standings = contestants.map(({ standing }) => standing);
  if (portable) configs.set(portable.variant, portable.config);
  let defaultVariant: string | undefined;
  if (standings.length > 0) {
    const { space, name } = family;
    // Storage types belong to the workload, and all winners of a bucket share them.
    const config = { ...initialConfig<Config>(space), ...storageChoices(space, standings[0].winner.config) };
    defaultVariant = formatVariant(name, config);
    configs.set(defaultVariant, config);
  }
  for (const { winner } of standings) configs.set(winner.variant, winner.config);
  const rows = [...configs].map(([variant, config]): Row => {
    const cells = standings.map((standing) => cellOf(variant, standing));
    return {
      variant,
      config,
      isDefault: variant === defaultVariant,
      isPortable: variant === portable?.variant,
      cells,
      mean: meanOf(cells),
    };
  });
  const lead = (row: Row) => 2 * Number(row.isPortable) + Number(row.isDefault);
  rows.sort((a, b) =>
    lead(b) - lead(a) || (b.mean?.count ?? 0) - (a.mean?.count ?? 0) ||
    (b.mean?.share ?? 0) - (a.mean?.share ?? 0)
  );
  return { contestants, rows, portable };
}

/** Undefined where no config was timed on two devices. */
export function portableDefault(contestants: readonly Contestant[]): PortableDefault | undefined {
  const coverage = new Map<string, { count: number; config: Config }>();
  for (const { standing } of contestants) {
    for (const [variant, { config, timing }] of standing.results) {
      if (timing) coverage.set(variant, { config, count: (coverage.get(variant)?.count ?? 0) + 1 });
    }
  }
  let most = 0;
  for (const { count } of coverage.values()) most = Math.max(most, count);
  if (most < 2) return undefined;
  const widest = [...coverage].filter(([, { count }]) => count === most)
    .map(([variant, { config }]) => ({
      variant,
      config,
      mean: meanOf(contestants.map(({ standing }) => cellOf(variant, standing)))!,
    }));
  const best = widest.reduce((a, b) => b.mean.share > a.mean.share ? b : a);
  const tied = widest.filter((other) => other !== best && other.mean.highShare >= best.mean.lowShare);
  return { ...best, isWhole: most === contestants.length, tied: tied.length };
}
