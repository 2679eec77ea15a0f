import type { Axes } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import type { Formula, Launch, Lets } from "../core/launch.ts";
import { MERGE_DIMS } from "./merge_pass.ts";
import { PAGE_ROWS } from "./pages.ts";
import { MAX_PARTIAL_BYTES, type Share } from "./splits.ts";

/** What a family's split pass adds to what all on a paged cache have. */
export interface PagedLaunch {
  readonly sample: Axes;
  readonly share: Share;
  /** Splits at the sample. */
  readonly splits: number;
  /** Elements of a head's query, and of one row of each pool by its name. */
  readonly queryDims: number;
  readonly rows: Lets;
  readonly lets?: Lets;
  readonly holds?: readonly Formula[];
  readonly params?: Lets;
  readonly workgroups: readonly [Formula, Formula, Formula];
}

/**
 * A split pass and its merge as formulas of N, H, S and P. Splits are those of the sample at any S: a plan would take
 * fewer for a cache of fewer tiles, and a split without a tile costs next to nothing and weighs 0 in the merge.
 */
export function pagedLaunch(
  { sample, share, splits, queryDims, rows, lets = {}, holds = [], params = {}, workgroups }: PagedLaunch,
): Launch {
  const { valueDims, dtype } = share;
  const merged = splits > 1;
  return {
    sample,
    lets: {
      heads: "N * H",
      tableWidth: `ceilDiv(S, ${PAGE_ROWS})`,
      pages: "select(P > 0, P, N * tableWidth)",
      ...lets,
    },
    holds: [
      ...holds,
      ...(merged
        ? [`heads * ${splits} * ${valueDims * DTYPE_BYTES[dtype] + 8} <= ${MAX_PARTIAL_BYTES}`]
        : []),
    ],
    loops: [],
    lengths: {
      q: `heads * ${queryDims}`,
      ...Object.fromEntries(
        Object.entries(rows).map(([name, row]) => [name, `pages * ${PAGE_ROWS} * ${row}`]),
      ),
      block_table: "N * tableWidth",
      cache_seqlens: "N",
      o: `heads * ${valueDims}`,
      lse: "heads",
      ...(merged &&
        { partial_o: `heads * ${splits * valueDims}`, partial_sums: `heads * ${2 * splits}` }),
    },
    passes: [
      {
        label: "split",
        params: {
          heads: "H",
          tableWidth: "tableWidth",
          splits: `${splits}`,
          bufferPages: "pages",
          ...params,
        },
        workgroups,
      },
      ...(merged
        ? [{
          label: "merge",
          params: { heads: "H" },
          workgroups: [`${valueDims / MERGE_DIMS}`, "H", "N"] as const,
        }]
        : []),
    ],
  };
}
