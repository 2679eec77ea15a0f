import { gdnPrefill } from "../../kernels/gdn_prefill/mod.ts";
import { bestFitting, type Fitting } from "../best_fitting.ts";
import type { Tuned } from "../exporter.ts";
import { byWorkload } from "../workload_order.ts";
import type { AmdTarget } from "./amd_target.ts";

/** Tokens per chunk of AITER's kernel, and the widths of its state tile. */
const CHUNK = 64;
const TILES: readonly number[] = [16, 32, 64];

const COLUMNS = [
  ...[
    "gfx",
    "cu_num",
    "dtype",
    "K",
    "V",
    "BT",
    "H",
    "Hg",
    "is_varlen",
    "use_h0",
    "store_fs",
    "snapshot_bf16",
  ],
  ...["state_bf16", "T_flat", "N", "total_chunks", "max_seq_chunks", "BV", "us"],
] as const;

/** What is written of one workload. */
export interface GdnRows {
  readonly tile: number;
  readonly source: Fitting;
  /** Two lines: sequences side by side in a batch, and the same ones packed. */
  readonly lines: readonly string[];
}

/**
 * Rows of AITER's table for the kernel that carries the state of Gated DeltaNet across chunks, one workload after the
 * other; none where the architecture has no such kernel, the count of compute units is not known, heads are no
 * [128, 128], or nothing measured works in chunks of 64.
 */
export function gdnRows(tuned: Tuned, { gfx, computeUnits }: AmdTarget): GdnRows[] {
  if (computeUnits === undefined || !/^gfx9[45]/.test(gfx)) return [];
  const rows = new Map<string, GdnRows>();
  for (
    const winner of tuned.profile.winners.filter((w) => w.family === gdnPrefill.name).toSorted(byWorkload)
  ) {
    const { B, T, H, K, V } = winner.axes;
    const size = `${B},${T},${H}`;
    if (K !== 128 || V !== 128 || rows.has(size)) continue;
    const source = bestFitting(
      tuned,
      gdnPrefill,
      winner,
      ({ formulation, chunkSize, tileV }) =>
        formulation !== "recurrent" && chunkSize === CHUNK && TILES.includes(Number(tileV)),
    );
    if (!source) {
      continue;
    }
    const tile = Number(source.config.tileV);
    const chunks = Math.ceil(T / CHUNK);
    const line = (packed: boolean) => {
      const cells: Record<(typeof COLUMNS)[number], string | number> = {
        ...{ gfx, cu_num: computeUnits, dtype: "torch.bfloat16", K, V, BT: CHUNK, H, Hg: H },
        ...{
          is_varlen: truth(packed),
          use_h0: "True",
          store_fs: "True",
          snapshot_bf16: "True",
          state_bf16: "False",
        },
        ...{
          T_flat: packed ? B * T : T,
          N: B,
          total_chunks: B * chunks,
          max_seq_chunks: chunks,
          BV: tile,
          us: "",
        },
      };
      return COLUMNS.map((name) => cells[name]).join(",");
    };
    rows.set(size, { tile, source, lines: [line(false), line(true)] });
  }
  return [...rows.values()];
}

/** The table as a file. */
export const gdnTable = (rows: readonly GdnRows[]) =>
  [COLUMNS.join(","), ...rows.flatMap(({ lines }) => lines)].join("\n") + "\n";

const truth = (value: boolean) => value ? "True" : "False";
