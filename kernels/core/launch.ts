import type { Axes } from "./family.ts";

/**
 * Whole numbers, axis letters and names declared before; `+ - * / %` (division rounds down), comparisons (1 or 0),
 * `ceilDiv(a, b)`, `min(a, b)`, `max(a, b)` and `select(condition, then, otherwise)`. No value on the way is below 0.
 * Known everywhere: `maxBinding`, the bytes one binding can hold, and `maxGroups`, the workgroups of one dimension.
 */
export type Formula = string;

/** Names for formulas, in order: each may use those before it. */
export type Lets = Readonly<Record<string, Formula>>;

/**
 * The numbers of a variant's plans as formulas of the axes, for who dispatches its WGSL without this program: a plan
 * of any size the conditions allow, as long as every tensor fits one binding. The text is that of `plan` at `sample`.
 */
export interface Launch {
  readonly sample: Axes;
  readonly lets: Lets;
  /** Conditions under which the text is right, beside bindings that hold their tensors; checked in order, after `lets`. */
  readonly holds: readonly Formula[];
  /** What the passes are repeated over, the outermost first; none where each runs once. */
  readonly loops: readonly Loop[];
  /** Elements of each buffer. */
  readonly lengths: Lets;
  /** In the order in which they run. */
  readonly passes: readonly LaunchPass[];
}

/** Rounds of a loop: `index` from 0 to `count` - 1, and what it means for a round. */
export interface Loop {
  readonly index: string;
  readonly count: Formula;
  readonly lets: Lets;
}

/** The numbers of the plan's pass of that label. f32 parameters hold the scale and are no formulas. */
export interface LaunchPass {
  readonly label: string;
  /** u32 parameters by name. */
  readonly params: Lets;
  readonly workgroups: readonly [Formula, Formula, Formula];
}

/** The loop over windows of `size` tokens, the last of what is left: `first` and `count` of each. */
export function windowLoop(tokens: Formula, size: Formula): Loop {
  return {
    index: "window",
    count: `ceilDiv(${tokens}, ${size})`,
    lets: { first: `window * ${size}`, count: `min(${size}, ${tokens} - first)` },
  };
}

/** Size of nearly equal windows of `most` at most, multiples of `aligned`: `evenly` of parts.ts as a formula. */
export function evenSize(tokens: Formula, most: Formula, aligned: number): Formula {
  const even = `ceilDiv(${tokens}, ceilDiv(${tokens}, ${most}))`;
  return `min(${most}, ${aligned === 1 ? even : `ceilDiv(${even}, ${aligned}) * ${aligned}`})`;
}
