import { completeAxes, parseAxes } from "../kernels/core/axes.ts";
import { closest } from "../kernels/core/closest.ts";
import type { Capabilities } from "../kernels/core/family.ts";
import type { Config, Tunable } from "../kernels/core/space.ts";
import { familyNamed } from "../kernels/mod.ts";
import { missingFeature, possibleStorage } from "../tuner/possible_storage.ts";
import { DEFAULT_WORKLOADS, SOFTWARE_WORKLOADS, SUITES, type Workload } from "../tuner/workloads.ts";
import { UserError } from "./user_error.ts";

export interface WorkloadOptions {
  readonly families: readonly string[];
  readonly workload?: string;
  readonly suite?: string;
  /** Storage of every tensor whose storage the caller decides: types and layouts, separated by commas. */
  readonly storage?: string;
}

/** What was asked for, checked; the default sizes depend on the device, so they come with `pick`. */
export interface ChosenWorkloads {
  /** Families that have a workload, whatever the device. */
  readonly families: readonly string[];
  pick(software: boolean, device: Capabilities): readonly Workload[];
}

/** Checks what the caller asked for. Throws UserError, RangeError or SyntaxError with the nearest known word. */
export function chooseWorkloads(options: WorkloadOptions): ChosenWorkloads {
  for (const name of options.families) familyNamed(name);
  const suite = suiteOf(options);
  const named = (suite ?? DEFAULT_WORKLOADS).map((w) => w.family);
  const unsized = options.families.find((name) => !named.includes(name));
  if (unsized !== undefined) throw new UserError(noWorkload(unsized, options.suite ?? "default"));
  const families = [...new Set(named)].filter((name) =>
    options.families.length === 0 || options.families.includes(name)
  );
  for (const name of families) checkStorage(name, options.storage);
  return {
    families,
    pick: (software, device) =>
      (suite ?? (software ? SOFTWARE_WORKLOADS : DEFAULT_WORKLOADS))
        .filter((w) => families.includes(w.family))
        .map((w) => ({ ...w, storage: storageOf(w, options.storage, device) })),
  };
}

function noWorkload(family: string, suite: string): string {
  const others = Object.keys(SUITES).filter((name) => SUITES[name].some((w) => w.family === family));
  const ways = ["name one with --workload", ...others.map((name) => `take --suite ${name}`)];
  return `Cannot choose a size for ${family}: the suite ${suite} has none; ${ways.join(", or ")}`;
}

function suiteOf({ families, workload, suite }: WorkloadOptions): readonly Workload[] | undefined {
  if (workload !== undefined) {
    if (suite !== undefined) throw new UserError("Cannot take both --workload and --suite: name one");
    if (families.length !== 1) {
      throw new UserError(
        "Cannot size a workload without its family: name exactly one, as in kda_prefill --workload T=8192",
      );
    }
    const family = familyNamed(families[0]);
    const axes = completeAxes(family, parseAxes(workload));
    const storage = Object.values(SUITES).flat().find((w) => w.family === family.name)?.storage ?? {};
    return [{ name: `${family.name} ${workload}`, family: family.name, axes, storage }];
  }
  if (suite === undefined) return undefined;
  if (!Object.hasOwn(SUITES, suite)) {
    throw new UserError(`Unknown suite "${suite}"${closest(suite, Object.keys(SUITES))}`);
  }
  return SUITES[suite];
}

function storageTunables(name: string): [string, Tunable][] {
  return Object.entries(familyNamed(name).space.tunables).filter(([, tunable]) => tunable.storageOf);
}

/** Each asked word, as in "f16,VK", must mean something to every family. */
function checkStorage(name: string, asked: string | undefined): void {
  const choices = storageTunables(name);
  for (const word of asked?.split(",") ?? []) {
    if (choices.length === 0 || choices.some(([, { values }]) => values.includes(word))) continue;
    const tensors = [...new Set(choices.flatMap(([, { storageOf }]) => storageOf!))];
    const takes = choices.map(([tunable, { values }]) => `${tunable} takes ${values.join(", ")}`);
    throw new UserError(`Cannot store ${tensors.join(", ")} of ${name} as "${word}": ${takes.join("; ")}`);
  }
}

/** Storage of a workload's tensors: as asked, else its own, else (where the device can't have that) the initial one. */
function storageOf(workload: Workload, asked: string | undefined, device: Capabilities): Config {
  const family = familyNamed(workload.family);
  if (asked === undefined) return possibleStorage(family, workload.storage, device);
  const wanted = Object.fromEntries(
    storageTunables(family.name).flatMap(([tunable, { values }]) =>
      asked.split(",").filter((word) => values.includes(word)).map((word) => [tunable, word])
    ),
  );
  const missing = missingFeature(family, wanted, device);
  if (missing === undefined) return wanted;
  throw new UserError(
    `Cannot store ${family.name} as ${asked}: that needs ${missing}, which this device lacks`,
  );
}
