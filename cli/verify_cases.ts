import { completeAxes, formatAxes, parseAxes } from "../kernels/core/axes.ts";
import { closest } from "../kernels/core/closest.ts";
import type { AnyFamily, Axes } from "../kernels/core/family.ts";
import { headsOf } from "../kernels/core/one_head.ts";
import { ORDINARY } from "../kernels/core/regimes.ts";
import { basename } from "node:path";
import type { CaseRequest } from "./reference_cases.ts";
import { loadCase } from "./run_case.ts";
import { UserError } from "./user_error.ts";
import { userPath } from "./user_path.ts";

export interface CaseOptions {
  readonly workload?: string;
  /** Regimes, separated by commas. */
  readonly inputs?: string;
  /** Files that hold inputs and outputs. */
  readonly case?: readonly string[];
}

/** A size and the inputs to verify variants with there. */
export interface VerifyCase {
  readonly family: AnyFamily;
  readonly axes: Axes;
  /** Regime, or the name of the file. */
  readonly inputs: string;
  readonly request: CaseRequest;
  /** Heads whose reference has to be computed. */
  readonly heads: number;
}

/** What to verify these families with. Throws UserError, RangeError or SyntaxError for what the caller got wrong. */
export async function verifyCases(
  families: readonly AnyFamily[],
  options: CaseOptions,
): Promise<VerifyCase[]> {
  const { workload, inputs, case: files } = options;
  if (files && (workload !== undefined || inputs !== undefined)) {
    throw new UserError(
      "Cannot take --case with --workload or --inputs: a file holds sizes and inputs of its own",
    );
  }
  if ((files || workload !== undefined) && families.length !== 1) {
    const what = files ? "read a case" : "size a workload";
    throw new UserError(`Cannot ${what} without its family: name exactly one, as in verify kda_prefill`);
  }
  if (files) return await Promise.all(files.map((file) => fileCase(families[0], file)));
  return families.flatMap((family) => {
    const sizes = workload === undefined
      ? family.verifyAxes(completeAxes(family, {}))
      : [parseAxes(workload)];
    return regimesAsked(family, inputs).flatMap((regime) =>
      sizes.map((size, i) => seededCase(family, completeAxes(family, size), i + 1, regime))
    );
  });
}

function regimesAsked(family: AnyFamily, asked: string | undefined): string[] {
  const known = [ORDINARY, ...Object.keys(family.regimes ?? {})];
  const names = asked?.split(",").map((name) => name.trim()).filter((name) => name !== "") ?? known;
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new UserError(`Unknown inputs "${name}" of ${family.name}${closest(name, known)}`);
  }
  return [...new Set(names)];
}

function seededCase(family: AnyFamily, axes: Axes, seed: number, regime: string): VerifyCase {
  return {
    family,
    axes,
    inputs: regime,
    request: { family: family.name, axes, seed, regime },
    heads: headsOf(axes),
  };
}

async function fileCase(family: AnyFamily, path: string): Promise<VerifyCase> {
  const file = userPath(path);
  const { axes, expected } = await loadCase(family, file);
  if (Object.keys(expected).length === 0) {
    throw new UserError(
      `Cannot verify with ${path}: it holds none of the outputs ${Object.keys(family.outputs).join(", ")}`,
    );
  }
  const inputs = basename(file).replace(/\.safetensors$/, "");
  return { family, axes, inputs, request: { family: family.name, file }, heads: 0 };
}

/** The sizes of some cases, each once. */
export function sizesOf(cases: readonly { readonly axes: Axes }[]): string[] {
  return [...new Set(cases.map(({ axes }) => formatAxes(axes)))];
}
