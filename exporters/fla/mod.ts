import { fittingWords } from "../best_fitting.ts";
import { checkVendor } from "../check_vendor.ts";
import type { Exporter, ExportFile, ExportRequest } from "../exporter.ts";
import { readme } from "../readme.ts";
import { gpuFolder } from "./gpu_folder.ts";
import { FAMILIES, STATE_KERNEL, type StateTile, stateTile } from "./state_tile.ts";

/**
 * What fla must be given and nobody measured here: the one value of each that its own list for this kernel has on
 * every GPU. With 4 warps its product of two tiles races on Blackwell, 3 stages do not fit every GPU.
 */
const ASSUMED = { num_warps: 2, num_ctas: 1, num_stages: 2 } as const;

/** Configs of flash-linear-attention's Triton kernels, as its config folder holds them. */
export const fla: Exporter = {
  name: "fla",
  doc: "Config folder of flash-linear-attention: the state tile of its chunked KDA and Gated DeltaNet",
  readBy: "flash-linear-attention, through FLA_CONFIG_DIR and FLA_CACHE_MODE=default",
  families: FAMILIES,
  vendors: ["nvidia", "intel"],
  // deno-lint-ignore require-await -- throws become rejections
  async files(request) {
    const [{ profile: { device } }] = request.devices;
    checkVendor(fla, device);
    const folder = gpuFolder(device);
    const state = stateTile(request);
    const config = {
      kernel_name: STATE_KERNEL,
      default_config: { kwargs: { BV: state.tile }, ...ASSUMED },
    };
    return [
      { path: `${folder}/${STATE_KERNEL}.json`, text: JSON.stringify(config, undefined, 2) + "\n" },
      readmeOf(request, folder, state),
    ];
  },
};

function readmeOf(
  request: ExportRequest,
  folder: string,
  { tile, chunk, call, source }: StateTile,
): ExportFile {
  const chunkWords = call === "chunk_kda"
    ? `${chunk} tokens a chunk: no field of the file, pass it as \`chunk_kda(..., chunk_size=${chunk})\``
    : `${chunk} tokens a chunk, the only size \`${call}\` works in`;
  return readme({
    title: "Configs for flash-linear-attention",
    use: [
      `\`${folder}/\` holds what fla reads for this GPU:`,
      `    export FLA_CONFIG_DIR=<this folder>/${folder} FLA_CACHE_MODE=default`,
      `Modes \`full\` and \`always\` take it too; the others look for entries by key and pass it by. A version of fla that looks in ` +
      `\`$FLA_CONFIG_DIR/{GPU}/\` is given the folder above; \`FLA_GPU_NAME\` overrides the name it looks for.`,
    ],
    transfers: [
      `BV = ${tile} of \`${STATE_KERNEL}\`, from tileV: ${fittingWords(source)}`,
      chunkWords,
    ],
    doesNot: [
      `the workload: fla has one default for every prompt, here that of the fewest sequences and, of those, the ` +
      `longest prompt; the kernel is one for KDA and Gated DeltaNet, and KDA was asked first`,
      `num_warps = ${ASSUMED.num_warps}, num_stages = ${ASSUMED.num_stages}, num_ctas = ${ASSUMED.num_ctas} were ` +
      `assumed, not measured: WGSL has no such choices; the first two are the values fla's own list has on every GPU`,
      `compare with fla's own search (FLA_CACHE_MODE=disabled) before keeping the file: it replaces that search`,
      `BV = 64 needs 99 KiB of shared memory a block; on GPUs with less (before Ampere) fla itself only takes 32`,
      `\`chunk_kda_fwd_kernel_inter_solve_fused\` and \`chunk_gla_fwd_kernel_o\`: of the values they choose BK and BV ` +
      `from, the space here has one each, and one measured value is no choice; fla goes on searching them`,
      `\`recompute_w_u_fwd_kda_kernel\` and \`kda_gate_chunk_cumsum_vector_kernel\` choose nothing that exists here`,
      `decode: fla's fused_recurrent kernels have their tile in the code and read no config`,
      `\`autotune_entries\` and \`triton_version\`: their keys hold argument order and types of one fla version`,
    ],
  }, request);
}
