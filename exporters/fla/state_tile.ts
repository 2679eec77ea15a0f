import type { Config } from "../../kernels/core/space.ts";
import { bestFitting, type Fitting } from "../best_fitting.ts";
import type { ExportRequest } from "../exporter.ts";
import { byWorkload } from "../workload_order.ts";

/** The kernel that carries the state across chunks, one for KDA and Gated DeltaNet. */
export const STATE_KERNEL = "chunk_gated_delta_rule_fwd_kernel_h_blockdim64";

/** Columns of the state per program that fla tries on GPUs with the shared memory for both. */
export const TILES: readonly number[] = [32, 64];

/** Families with fla's operator and the tokens per chunk it takes. */
const OPERATORS: Readonly<Record<string, { readonly call: string; readonly chunks: readonly number[] }>> = {
  kda_prefill: { call: "chunk_kda", chunks: [32, 64] },
  gdn_prefill: { call: "chunk_gated_delta_rule", chunks: [64] },
};

/** The families this exporter reads, in the order they are asked. */
export const FAMILIES: readonly string[] = Object.keys(OPERATORS);

/** The state tile for a GPU, and what it rests on. */
export interface StateTile {
  readonly tile: number;
  readonly chunk: number;
  readonly call: string;
  readonly source: Fitting;
}

/**
 * The tile of the first workload that has a measured variant fla could run: fewest sequences, then the longest
 * prompt, KDA before Gated DeltaNet. Throws RangeError where no workload has one.
 */
export function stateTile({ devices: [tuned], families }: ExportRequest): StateTile {
  const asked = FAMILIES.flatMap((name) => families.filter((family) => family.name === name));
  const order = asked.map((family) => family.name);
  const winners = tuned.profile.winners.filter((winner) => order.includes(winner.family)).toSorted((a, b) =>
    byWorkload(a, b) || order.indexOf(a.family) - order.indexOf(b.family)
  );
  for (const winner of winners) {
    const { call, chunks } = OPERATORS[winner.family];
    const family = asked[order.indexOf(winner.family)];
    const source = bestFitting(tuned, family, winner, (config) => runsInFla(config, chunks));
    if (source) {
      return { tile: Number(source.config.tileV), chunk: Number(source.config.chunkSize), call, source };
    }
  }
  const buckets = winners.map((winner) => winner.bucket).join("; ") || `no ${FAMILIES.join(" or ")}`;
  throw new RangeError(
    `Cannot export for fla: no variant that was measured (${buckets}) works in chunks of 64 tokens (KDA: or 32) ` +
      `with tileV of ${
        TILES.join(" or ")
      }, and ${STATE_KERNEL} takes nothing else; tune one with formulation ` +
      `chunked or matrix`,
  );
}

/** One token after the other is another algorithm: its tile says nothing about chunks. */
function runsInFla(config: Config, chunks: readonly number[]): boolean {
  return config.formulation !== "recurrent" && chunks.includes(Number(config.chunkSize)) &&
    TILES.includes(Number(config.tileV));
}
