import type { Axes } from "../core/family.ts";
import type { Bindings } from "../core/specialize.ts";
import type { GateKind } from "../kda/gates.ts";
import type { DeltaPrefillConfig } from "./space.ts";

/** What sets a family of the delta rule apart over whole sequences: its gates, and the texts that read them. */
export interface PrefillForm {
  readonly family: string;
  readonly doc: string;
  readonly gates: GateKind;
  /** Prepare of the chunked formulation, to be linked with inverse and substitution. */
  readonly prepare: string;
  /** The same on matrix units, to be linked with the parts of matrix_plan.ts. */
  readonly matrixPrepare: string;
  /** What that text declares beside what every family's does. */
  matrixConstants(axes: Axes, config: DeltaPrefillConfig): Bindings;
  /** Bindings of the recurrent pass, and what its loaders read. */
  readonly recurrentBindings: string;
  readonly recurrentFetch: string;
}
