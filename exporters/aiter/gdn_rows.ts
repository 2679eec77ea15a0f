import { gdnPrefill } from "../../kernels/gdn_prefill/mod.ts";
import { bestFitting, type Fitting } from "../best_fitting.ts";
import type { Tuned } from "../exporter.ts";
import { byWorkload } from "../workload_order.ts";
import type { AmdTarget } from "./amd_target.ts";

/** Tokens per chunk of AITER's kernel, and the widths of its state tile. */
const CHUNK = 64;
const TILES: readonly number[] = [16, 32, 64];

/** A row of the table: its cells by column, in the order of the columns. */
type Row = Readonly<Record<string, string | number>>;

/** What is written of one workload. */
export interface GdnRows {
  readonly tile: number;
  readonly source: Fitting;
  /** Two rows: sequences side by side in a batch, and the same ones packed. */
  readonly rows: readonly Row[];
}

/**
 * Rows of AITER's table for the kernel that carries the state of Gated DeltaNet across chunks, one workload after the
 * other; none where the architecture has no such kernel, the count of compute units is not known, heads are no
 * [128, 128], or nothing measured works in chunks of 64.
 */
export function gdnRows(tuned: Tuned, { gfx, computeUnits }: AmdTarget): GdnRows[] {
  if (computeUnits === undefined || !/^gfx9[45]/.test(gfx)) return [];
  const found = new Map<string, GdnRows>();
  for (
    const winner of tuned.profile.winners.filter((w) => w.family === gdnPrefill.name).toSorted(byWorkload)
  ) {
    const { B, T, H, K, V } = winner.axes;
    const size = `${B},${T},${H}`;
    if (K !== 128 || V !== 128 || found.has(size)) continue;
    const source = bestFitting(
      tuned,
      gdnPrefill,
      winner,
      ({ formulation, chunkSize, tileV }) =>
        formulation !== "recurrent" && chunkSize === CHUNK && TILES.includes(Number(tileV)),
    );
    if (!source) continue;
    const tile = Number(source.config.tileV);
    const chunks = Math.ceil(T / CHUNK);
    const rowOf = (packed: boolean): Row => ({
      gfx,
      cu_num: computeUnits,
      dtype: "torch.bfloat16",
      K,
      V,
      BT: CHUNK,
      H,
      Hg: H,
      is_varlen: truth(packed),
      use_h0: "True",
      store_fs: "True",
      snapshot_bf16: "True",
      state_bf16: "False",
      T_flat: packed ? B * T : T,
      N: B,
      total_chunks: B * chunks,
      max_seq_chunks: chunks,
      BV: tile,
      us: "",
    });
    found.set(size, { tile, source, rows: [rowOf(false), rowOf(true)] });
  }
  return [...found.values()];
}

/** The table as a file. */
export function gdnTable(all: readonly GdnRows[]): string {
  const rows = all.flatMap(({ rows }) => rows);
  return [Object.keys(rows[0]), ...rows.map(Object.values)].map((cells) => cells.join(",") + "\n").join("");
}

const truth = (value: boolean) => value ? "True" : "False";
