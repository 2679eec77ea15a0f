import type { Profile } from "../../profiles/schema.ts";
import { type MlaTile, mlaTile } from "../mla_tile.ts";
import { byWorkload } from "../workload_order.ts";

/** The axes vLLM picks a config of `mla_decode_kv_split` by. */
export interface CaseKey {
  readonly batch: number;
  readonly seqlen: number;
  readonly headspb: number;
}

/** One config of the file, with the tile it comes from. */
export interface Entry {
  readonly key: CaseKey;
  readonly tile: MlaTile;
}

/**
 * One entry for every size mla_decode has a winner of, fewest sequences first, of those the longest. Of two winners at
 * one size the one with the f16 cache stands: the kernel's own is narrower still.
 */
export function entriesOf({ winners }: Pick<Profile, "winners">): Entry[] {
  const entries = new Map<string, Entry>();
  for (const { axes, config } of winners.filter((w) => w.family === "mla_decode").toSorted(byWorkload)) {
    const key = { batch: axes.N, seqlen: axes.S, headspb: axes.H };
    const id = JSON.stringify(key);
    if (!entries.has(id)) entries.set(id, { key, tile: mlaTile(config) });
  }
  return [...entries.values()];
}
