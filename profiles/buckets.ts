import type { Axes } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";

/** Axes that count tokens: each gets its own power-of-two class. */
const TOKEN_AXES = ["T", "S", "L", "C"];
/** Axes whose product is the number of independent heads; of H and HV the larger one counts. */
const SEQUENCE_AXES = ["B", "N"];
const HEAD_AXES = ["H", "HV", "HQ"];
/** Axes left out: how much is allocated (pages of a pool), not how much is worked on. */
const STORAGE_AXES = ["P"];

const isTokenAxis = (name: string) => TOKEN_AXES.includes(name) || /^T[A-Z_a-z]\w*$/.test(name);

/**
 * The workload bucket of a call, as in `kda_prefill@T<=8192,NH<=32,K=128,V=128`.
 *
 * Token counts and the number of heads over all sequences go by power-of-two class (named by its upper end), every
 * other axis is exact, since head sizes change the code itself. Never keyed on the raw token count: two prompts of
 * 8000 and 8100 tokens want the same variant. Storage types the caller decides (`storageChoices`) stand at the end.
 */
export function bucketOf(family: string, axes: Axes, storage: Config = {}): string {
  const parts: string[] = [];
  const names = Object.keys(axes);
  for (const name of names.filter(isTokenAxis).sort()) parts.push(`${name}<=${classOf(axes[name])}`);
  const heads = HEAD_AXES.filter((name) => name in axes).map((name) => axes[name]);
  const sequences = SEQUENCE_AXES.filter((name) => name in axes).map((name) => axes[name]);
  if (heads.length + sequences.length > 0) {
    const parallel = sequences.reduce((product, n) => product * n, 1) * Math.max(1, ...heads);
    parts.push(`NH<=${classOf(parallel)}`);
  }
  const done = [...SEQUENCE_AXES, ...HEAD_AXES, ...STORAGE_AXES];
  for (const name of names.filter((n) => !isTokenAxis(n) && !done.includes(n)).sort()) {
    parts.push(`${name}=${axes[name]}`);
  }
  for (const [name, value] of Object.entries(storage)) parts.push(`${name}=${value}`);
  return `${family}@${parts.join(",")}`;
}

export interface DistanceOptions {
  /** Other families and exact sizes count as far away instead of not at all. */
  readonly akin?: boolean;
}

/** More than any number of steps between two sizes: what a family or an exact size that differs counts. */
const FAR = 1000;

/**
 * How far two buckets are apart: the sum over classes of the power-of-two steps between them.
 * Undefined where the axes differ, and where the family or an exact size does unless `akin` is asked for, since the
 * config of one may not even run in the other.
 */
export function bucketDistance(
  a: string,
  b: string,
  { akin = false }: DistanceOptions = {},
): number | undefined {
  const [left, right] = [parse(a), parse(b)];
  if (left.classes.size !== right.classes.size) return undefined;
  const others = new Set(left.exact).symmetricDifference(new Set(right.exact)).size;
  if (others > 0 && !akin) return undefined;
  let distance = others * FAR;
  for (const [name, size] of left.classes) {
    const other = right.classes.get(name);
    if (other === undefined) return undefined;
    distance += Math.abs(Math.log2(Math.max(1, size) / Math.max(1, other)));
  }
  return distance;
}

/** The smallest power of two not below `size`; 0 for 0. */
function classOf(size: number): number {
  return size <= 0 ? 0 : 2 ** Math.ceil(Math.log2(size));
}

/** Upper ends of a bucket's size classes by name, as in `{ T: 8192, NH: 32 }`. */
export function bucketClasses(bucket: string): Record<string, number> {
  return Object.fromEntries(parse(bucket).classes);
}

/** What the size classes of a family's buckets count, as products of its axes. */
export function classFormulas(axes: readonly string[]): Readonly<Record<string, string>> {
  const heads = HEAD_AXES.filter((name) => axes.includes(name));
  const parallel = [
    ...SEQUENCE_AXES.filter((name) => axes.includes(name)),
    ...(heads.length > 1 ? [`max(${heads.join(", ")})`] : heads),
  ];
  return {
    ...Object.fromEntries(axes.filter(isTokenAxis).map((name) => [name, name])),
    ...(parallel.length > 0 && { NH: parallel.join(" * ") }),
  };
}

function parse(bucket: string): { exact: string[]; classes: Map<string, number> } {
  const [family, list = ""] = bucket.split("@");
  const classes = new Map<string, number>();
  const exact = [family];
  for (const part of list.split(",")) {
    const [name, size] = part.split("<=");
    if (size === undefined) exact.push(part);
    else classes.set(name, Number(size));
  }
  return { exact, classes };
}
