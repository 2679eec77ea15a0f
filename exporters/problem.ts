import type { AnyFamily, Axes } from "../kernels/core/family.ts";
import { type Config, storageChoices } from "../kernels/core/space.ts";

/** A call as tuners of single kernels name one: the kernel that is compiled, and the size it then runs at. */
export interface Problem {
  /** Family, exact sizes and storage types, as in `kda_prefill_K128_V128_f16`: what changes the code itself. */
  readonly kernel: string;
  readonly size: ProblemSize;
}

/** Tokens of a sequence, sequences, heads; 1 where a family has no such axis. */
export type ProblemSize = readonly [tokens: number, sequences: number, heads: number];

const SIZE_AXES = [["T", "S"], ["B", "N"], ["H"]];

/** Kernel and problem size of a call. Which variants run at all depends on the first, which is fastest on both. */
export function problemOf(family: AnyFamily, axes: Axes, config: Config): Problem {
  const size = SIZE_AXES.map((names) => axes[names.find((name) => name in axes) ?? ""] ?? 1);
  // Pages of a pool: how much is allocated; 0 is what the sequences take.
  const exact = Object.entries(axes).filter(([name, n]) =>
    !SIZE_AXES.flat().includes(name) && !(name === "P" && n === 0)
  );
  const storage = Object.values(storageChoices(family.space, config));
  return {
    kernel: [family.name, ...exact.map(([name, n]) => `${name}${n}`), ...storage].join("_"),
    size: size as unknown as ProblemSize,
  };
}
