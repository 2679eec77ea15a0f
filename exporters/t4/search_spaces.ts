import type { AnyFamily, Axes } from "../../kernels/core/family.ts";
import {
  FORMULATION,
  formulations,
  storageChoices,
  tunablesRead,
  type TunableValue,
} from "../../kernels/core/space.ts";
import type { Trial } from "../../profiles/schema.ts";
import type { ExportRequest, Tuned } from "../exporter.ts";
import { isNameable } from "../nameable.ts";
import { problemOf, type ProblemSize } from "../problem.ts";
import type { Values } from "./conditions.ts";

/**
 * What T1 and T4 call a search space: one product of tunables less what conditions forbid, of one problem. So a
 * family is one for each formulation, size and storage type that was tried.
 */
export interface SearchSpace {
  /** Its name, and that of its files, as in `kda_prefill_chunked_K128_V128_f16_8192x1x32`. */
  readonly name: string;
  readonly family: AnyFamily;
  readonly formulation: TunableValue | undefined;
  readonly axes: Axes;
  readonly size: ProblemSize;
  /** What each tunable may be: formulation and storage types are held, so they have one value. */
  readonly values: Values;
  /** What was tried of it, by device. */
  readonly tried: ReadonlyMap<Tuned, readonly Trial[]>;
}

/** The search spaces a request has trials of, in the order of its families and trials. */
export function searchSpacesOf(request: ExportRequest): SearchSpace[] {
  const spaces = new Map<string, SearchSpace & { readonly tried: Map<Tuned, Trial[]> }>();
  for (const family of request.families) {
    for (const tuned of request.devices) {
      for (const trial of tuned.trials.filter((t) => t.family === family.name && isOfSpace(family, t))) {
        const fresh = searchSpaceOf(family, trial);
        const space = spaces.get(fresh.name) ?? { ...fresh, tried: new Map<Tuned, Trial[]>() };
        spaces.set(fresh.name, space);
        const trials = space.tried.get(tuned) ?? [];
        space.tried.set(tuned, [...trials, trial]);
      }
    }
  }
  return [...spaces.values()];
}

/** Whether a trial's config is one of the tunables and values its family has now, as every record of a space must be. */
export function isOfSpace(family: AnyFamily, trial: Trial): boolean {
  const { config } = trial;
  const read = tunablesRead(family.space, config[FORMULATION]);
  return isNameable(family, trial) && Object.keys(config).length === read.length &&
    formulations(family.space).includes(config[FORMULATION]) &&
    read.every(([name, { values }]) => Object.hasOwn(config, name) && values.includes(config[name]));
}

function searchSpaceOf(family: AnyFamily, { axes, config }: Trial): Omit<SearchSpace, "tried"> {
  const { kernel, size } = problemOf(family, axes, config);
  const formulation = config[FORMULATION];
  const exact = kernel.slice(family.name.length);
  const held = storageChoices(family.space, config);
  return {
    name: `${family.name}${formulation === undefined ? "" : `_${formulation}`}${exact}_${size.join("x")}`,
    family,
    formulation,
    axes,
    size,
    values: tunablesRead(family.space, formulation).map(([name, { values }]) =>
      [name, name in held ? [held[name]] : values] as const
    ),
  };
}
