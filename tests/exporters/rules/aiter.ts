// Rules of AITER's tables, from aiter/ops/flydsl/linear_attention_prefill_kernels.py (_load_tuned_bv_table, _tuned_bv,
// and what the kernel refuses), csrc/gdn_k5/chunk_gdn_h_opt_tune.py (column order), and
// aiter/ops/triton/attention/mla_decode_rope.py (which subscripts the two sections), main branch of August 2026.
import { z } from "zod";

const HEADER =
  "gfx,cu_num,dtype,K,V,BT,H,Hg,is_varlen,use_h0,store_fs,snapshot_bf16,state_bf16,T_flat,N,total_chunks,max_seq_chunks,BV,us";

const whole = z.string().regex(/^[1-9]\d*$/).transform(Number);
const truth = z.enum(["True", "False"]).transform((word) => word === "True");

const row = z.strictObject({
  gfx: z.string().regex(/^gfx9[0-9a-f]{2}$/),
  cu_num: whole,
  dtype: z.literal("torch.bfloat16"),
  K: z.literal("128"),
  V: z.literal("128"),
  BT: z.literal("64"),
  H: whole,
  Hg: whole,
  is_varlen: truth,
  use_h0: truth,
  store_fs: truth,
  snapshot_bf16: truth,
  state_bf16: truth,
  T_flat: whole,
  N: whole,
  total_chunks: whole,
  max_seq_chunks: whole,
  BV: z.enum(["16", "32", "64"]).transform(Number),
  us: z.string().regex(/^(\d+(\.\d+)?)?$/),
}).refine((r) => r.H % r.Hg === 0, "H must be a multiple of Hg")
  .refine(
    (r) => r.total_chunks >= r.max_seq_chunks && r.total_chunks <= r.N * r.max_seq_chunks,
    "chunk counts",
  );

/** What a call is looked up by, beside the GPU. */
export interface GdnCall {
  readonly H: number;
  readonly varlen: boolean;
  readonly totalChunks: number;
  readonly maxSeqChunks: number;
}

/** Reads the table and looks BV up as AITER does, for calls with f32 states and bfloat16 snapshots. */
export function readGdnTable(
  text: string,
): (gfx: string, cuNum: number, call: GdnCall) => number | undefined {
  const [header, ...lines] = text.trimEnd().split("\n");
  if (header !== HEADER) throw new SyntaxError(`header is ${header}`);
  const names = header.split(",");
  const table = new Map<string, number>();
  for (const line of lines) {
    const cells = line.split(",");
    if (cells.length !== names.length) throw new SyntaxError(`${cells.length} cells: ${line}`);
    const r = row.parse(Object.fromEntries(names.map((name, i) => [name, cells[i]])));
    const states = [r.use_h0, r.store_fs, r.snapshot_bf16, r.state_bf16];
    const key = [r.gfx, r.cu_num, r.H, r.Hg, r.V, r.is_varlen, ...states, r.total_chunks, r.max_seq_chunks]
      .join();
    if (table.has(key)) throw new SyntaxError(`two rows for ${key}`);
    table.set(key, r.BV);
  }
  return (gfx, cuNum, { H, varlen, totalChunks, maxSeqChunks }) =>
    table.get([gfx, cuNum, H, H, 128, varlen, true, true, true, false, totalChunks, maxSeqChunks].join());
}

/** Launch options of Triton's HIP backend; each may be left out. */
const launch = {
  num_warps: z.number().int().positive().optional(),
  num_stages: z.number().int().positive().optional(),
  waves_per_eu: z.number().int().nonnegative().optional(),
  matrix_instr_nonkdim: z.number().int().nonnegative().optional(),
  kpack: z.number().int().positive().optional(),
};
const tile = z.number().int().min(16).refine(
  (n) => Number.isInteger(Math.log2(n)),
  "tl.arange takes powers of two",
);
const stage1 = z.strictObject({ BLOCK_N: tile, BLOCK_H: tile, ...launch });

/** `<arch>-MLA_DECODE_ROPE-DEFAULT.json`; what stands in a section is passed to the kernel by name. */
export const mlaDecodeRope = z.strictObject({
  fwd_grouped_kernel_stage1_rope: stage1,
  fwd_grouped_kernel_stage1_rope_fp32: stage1.optional(),
  fwd_kernel_stage2: z.strictObject(launch),
});
