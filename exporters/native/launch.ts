import type { ManifestFamily, ManifestVariant } from "../wgsl/manifest.ts";
import { namesIn, treeOf } from "./expression.ts";

/** Names of a bundle that are no axis and no `let`: the bytes of a binding, and the workgroups of one dimension. */
export const BOUNDS = ["maxBinding", "maxGroups"];

/** A name for a formula. */
export interface Let {
  readonly name: string;
  readonly formula: string;
}

/** The numbers of one pass: its uniform words, and `undefined` for those that hold the scale. */
export interface LaunchStep {
  readonly words: readonly (string | undefined)[];
  readonly workgroups: readonly [string, string, string];
}

/** The formulas of a variant, which variants of a family may share. */
export interface NativeLaunch {
  /** Part of the names of its functions, as in `kda_prefill_0`. */
  readonly name: string;
  readonly axes: readonly string[];
  readonly lets: readonly Let[];
  readonly holds: readonly string[];
  readonly loops: readonly {
    readonly index: string;
    readonly count: string;
    readonly lets: readonly Let[];
  }[];
  /** Elements of each buffer. */
  readonly lengths: readonly string[];
  readonly steps: readonly LaunchStep[];
}

/** The formulas of a variant alone, without their name. */
export function launchOf(
  { axes }: ManifestFamily,
  { lets, holds, loops, buffers, passes }: ManifestVariant,
): Omit<NativeLaunch, "name"> {
  return {
    axes: Object.keys(axes),
    lets: listed(lets),
    holds,
    loops: loops.map((loop) => ({ index: loop.index, count: loop.count, lets: listed(loop.lets) })),
    lengths: buffers.map(({ length }) => length),
    steps: passes.map(({ params, workgroups }) => ({
      words: params.map((param) => param.type === "u32" ? param.value : undefined),
      workgroups,
    })),
  };
}

const listed = (lets: Readonly<Record<string, string>>): Let[] =>
  Object.entries(lets).map(([name, formula]) => ({ name, formula }));

/** Every formula that the dispatches of a launch take. */
export const stepFormulas = ({ steps }: Pick<NativeLaunch, "steps">): string[] =>
  steps.flatMap(({ words, workgroups }) => [...words.filter((word) => word !== undefined), ...workgroups]);

/** What a function has to name before it can say its formulas: axes, bounds, `lets` and loops, each only where it is used. */
export interface Scope {
  readonly axes: readonly string[];
  readonly bounds: readonly string[];
  readonly lets: readonly Let[];
  readonly loops: readonly {
    readonly index: string;
    readonly isIndexUsed: boolean;
    readonly count: string;
    readonly lets: readonly Let[];
  }[];
}

/** The scope in which `formulas` can be said: within the launch's loops where `looped`. */
export function scopeOf(
  launch: Pick<NativeLaunch, "name" | "axes" | "lets" | "loops">,
  formulas: readonly string[],
  looped = false,
): Scope {
  const used = new Set(formulas.flatMap((formula) => namesIn(treeOf(formula))));
  const take = (lets: readonly Let[]): Let[] =>
    lets.toReversed().filter(({ name, formula }) => {
      if (!used.delete(name)) return false;
      namesIn(treeOf(formula)).forEach((n) => used.add(n));
      return true;
    }).reverse();
  const loops = (looped ? launch.loops : []).toReversed().map((loop) => {
    const lets = take(loop.lets);
    const isIndexUsed = used.delete(loop.index);
    namesIn(treeOf(loop.count)).forEach((name) => used.add(name));
    return { ...loop, lets, isIndexUsed };
  }).reverse();
  const lets = take(launch.lets);
  const unknown = [...used].filter((name) => !launch.axes.includes(name) && !BOUNDS.includes(name));
  if (unknown.length > 0) {
    throw new RangeError(`Cannot print ${launch.name}: no size is called "${unknown[0]}"`);
  }
  return {
    axes: launch.axes.filter((name) => used.has(name)),
    bounds: BOUNDS.filter((name) => used.has(name)),
    lets,
    loops,
  };
}
