import type { Axes, BufferSpec, Capabilities, Param, Pass } from "../core/family.ts";
import type { PrefillForm } from "./form.ts";
import type { DeltaPrefillConfig } from "./space.ts";
import type { Stretch } from "./stretches.ts";
import type { Window } from "./windows.ts";

/** What every pass of a plan is built from. */
export interface Setting {
  readonly form: PrefillForm;
  readonly axes: Axes;
  readonly config: DeltaPrefillConfig;
  readonly device: Capabilities;
  readonly scale: number;
  readonly stretches: readonly Stretch[];
  /** Most tokens of a window, where the caller says so. */
  readonly windowTokens?: number;
}

/** What a formulation makes of a setting; scratch is shared by all windows. */
export interface FormulationPlan {
  readonly windows: readonly Window[];
  readonly scratch: readonly BufferSpec[];
  readonly passes: readonly Pass[];
}

/** The uniform block all passes share; tokens count from the start of the window's stretch. */
export function params({ axes, scale }: Setting, { stretch, first, count }: Window): Param[] {
  return [
    { name: "tokens", type: "u32", value: stretch.tokens },
    { name: "heads", type: "u32", value: axes.H },
    { name: "first", type: "u32", value: first },
    { name: "last", type: "u32", value: first + count },
    { name: "scale", type: "f32", value: scale },
  ];
}
