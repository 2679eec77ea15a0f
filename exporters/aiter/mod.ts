import { fittingWords } from "../best_fitting.ts";
import { checkVendor } from "../check_vendor.ts";
import type { Exporter, ExportFile, ExportRequest } from "../exporter.ts";
import { readme } from "../readme.ts";
import { type AmdTarget, amdTarget } from "./amd_target.ts";
import { type GdnRows, gdnRows, gdnTable } from "./gdn_rows.ts";
import { type MlaChoice, mlaChoice, mlaDefaults } from "./mla_tiles.ts";

const TABLE = "configs/model_configs/deltatune_chunk_gdn_h_opt_tuned.csv";

/** Tuning tables of AMD's AITER, by their place in its package. */
export const aiter: Exporter = {
  name: "aiter",
  doc: "Tables of AMD's AITER: the state tile of Gated DeltaNet's prefill, the tile of MLA decode",
  readBy: "AITER on AMD GPUs, from the configs of its package",
  families: ["gdn_prefill", "mla_decode"],
  vendors: ["amd"],
  // deno-lint-ignore require-await -- throws become rejections
  async files(request) {
    const [tuned] = request.devices;
    checkVendor(aiter, tuned.profile.device);
    const target = amdTarget(tuned.profile.device);
    const rows = gdnRows(tuned, target);
    const mla = mlaChoice(tuned, target);
    if (rows.length === 0 && !mla) {
      throw new RangeError(
        `Cannot export aiter for ${target.gfx}: nothing that was measured is a Gated DeltaNet prefill in chunks of 64 ` +
          `tokens with heads of [128, 128] on an MI300 or MI350, or an MLA decode whose tile of at least 16 heads fits ` +
          `${target.ldsBytes / 1024} KiB; tune those families on that GPU`,
      );
    }
    const files: ExportFile[] = [];
    if (rows.length > 0) files.push({ path: TABLE, text: gdnTable(rows) });
    if (mla) files.push({ path: mlaPath(target), text: mlaDefaults(mla) });
    return [...files, readmeOf(request, target, rows, mla)];
  },
};

const mlaPath = ({ gfx }: AmdTarget) => `ops/triton/configs/${gfx}-MLA_DECODE_ROPE-DEFAULT.json`;

function readmeOf(
  request: ExportRequest,
  target: AmdTarget,
  rows: readonly GdnRows[],
  mla: MlaChoice | undefined,
): ExportFile {
  const units = target.computeUnits ? ` with ${target.computeUnits} compute units` : "";
  const use = [`Paths are those within AITER's package \`aiter/\`, for ${target.gfx}${units}.`];
  const transfers: string[] = [];
  const doesNot: string[] = [];
  if (rows.length > 0) {
    use.push(
      `\`${TABLE}\` is merged with AITER's own tables, which must not hold a row for the same call; by itself it is ` +
        `read with \`AITER_CONFIG_GDN_K5_OPT=<this folder>/${TABLE}\`.`,
    );
    transfers.push(...rows.map(({ tile, source }) => `BV = ${tile}: ${fittingWords(source)}`));
    doesNot.push(
      `\`us\` is left empty: it is the time of AITER's own kernel, which was not run; its lookup reads BV alone`,
      `a row serves calls of exactly its chunk counts; each workload has one for a batch (is_varlen = False) and one ` +
        `for the same sequences packed (True), of which the batch was measured`,
      `dtype is bfloat16, the only one the kernel takes: q, k and v were timed in f16 or f32`,
      `initial and final state (use_h0, store_fs) in f32 are as timed; snapshot_bf16 = True is the kernel's default, ` +
        `since nothing here stores a state per chunk; Hg = H, as many heads of k as of v`,
      `cu_num is that of the whole GPU: a part of one (CPX and the like) looks for another count`,
    );
    const without = request.devices[0].profile.winners.filter((winner) =>
      winner.family === "gdn_prefill" && !rows.some(({ source }) => source.winner === winner)
    );
    if (without.length > 0) {
      doesNot.push(
        `no row of its own: ${
          without.map(({ bucket }) => bucket).join("; ")
        }; nothing measured there is of chunks of ` +
          `64 tokens and heads of [128, 128], or another storage type has the row of these sizes`,
      );
    }
  } else {
    doesNot.push(
      `no rows of \`chunk_gdn_h_opt_tuned.csv\`: they take a Gated DeltaNet prefill with heads of [128, 128] measured ` +
        `in chunks of 64 tokens, on an MI300 or MI350 whose compute units are known`,
    );
  }
  if (mla) {
    const path = mlaPath(target);
    use.push(
      `\`${path}\` takes the place of AITER's file of that name. Versions that name files by card look for MI300X ` +
        `(gfx942) or MI350X (gfx950) in place of ${target.gfx}.`,
    );
    transfers.push(`BLOCK_N = ${mla.tile.keys}, BLOCK_H = ${mla.tile.heads}: ${fittingWords(mla.source)}`);
    doesNot.push(
      `the workload of MLA decode: AITER has one default for every call, here that of the fewest sequences and, of ` +
        `those, the longest`,
      `num_kv_splits is an argument of AITER's call; ${mla.tile.splits} slices were timed here`,
      `num_warps, num_stages, waves_per_eu, matrix_instr_nonkdim and kpack are left out, for which Triton takes its ` +
        `defaults: WGSL has no such choices, and nothing was measured; \`fwd_kernel_stage2\` chooses nothing else`,
    );
  } else {
    doesNot.push(
      `no MLA decode: none was measured whose tile of at least 16 heads fits ${target.ldsBytes / 1024} KiB`,
    );
  }
  return readme({ title: "Tables for AITER", use, transfers, doesNot }, request);
}
