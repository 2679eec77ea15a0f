import { completeAxes, parseAxes } from "../kernels/core/axes.ts";
import { closest } from "../kernels/core/closest.ts";
import { familyNamed } from "../kernels/mod.ts";
import { DEFAULT_WORKLOADS, SOFTWARE_WORKLOADS, SUITES, type Workload } from "../tuner/workloads.ts";
import { UserError } from "./user_error.ts";

export interface WorkloadOptions {
  readonly families: readonly string[];
  readonly workload?: string;
  readonly suite?: string;
}

/** Checks what the caller asked for; the default sizes depend on the device, so they come with `pick`. */
export function chooseWorkloads(options: WorkloadOptions): { pick(software: boolean): readonly Workload[] } {
  for (const name of options.families) familyNamed(name);
  const wanted = (all: readonly Workload[]) =>
    options.families.length === 0 ? all : all.filter((w) => options.families.includes(w.family));
  if (options.workload !== undefined) {
    if (options.families.length !== 1) {
      throw new UserError(
        "Cannot size a workload without its family: name exactly one, as in kda_prefill --workload T=8192",
      );
    }
    const family = familyNamed(options.families[0]);
    const axes = completeAxes(family, parseAxes(options.workload));
    const pinned = [...DEFAULT_WORKLOADS].find((w) => w.family === family.name)?.pinned ?? {};
    return {
      pick: () => [{ name: `${family.name} ${options.workload}`, family: family.name, axes, pinned }],
    };
  }
  if (options.suite !== undefined) {
    const suite = Object.hasOwn(SUITES, options.suite) ? SUITES[options.suite] : undefined;
    if (!suite) {
      throw new UserError(`Unknown suite "${options.suite}"${closest(options.suite, Object.keys(SUITES))}`);
    }
    return { pick: () => wanted(suite) };
  }
  return { pick: (software) => wanted(software ? SOFTWARE_WORKLOADS : DEFAULT_WORKLOADS) };
}
