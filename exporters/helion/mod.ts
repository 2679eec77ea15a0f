import { checkVendor } from "../check_vendor.ts";
import type { Exporter, ExportFile, ExportRequest } from "../exporter.ts";
import { readme } from "../readme.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { gpuName } from "./gpu_name.ts";

const KERNEL = "mla_decode_kv_split";

/** Configs of vLLM's Helion kernel for absorbed MLA decode. */
export const helion: Exporter = {
  name: "helion",
  doc: `Configs of vLLM's Helion kernel ${KERNEL}: its tile of cached rows by batch, length and heads`,
  readBy: "vLLM, from configs/ of its Helion kernels",
  families: ["mla_decode"],
  vendors: ["nvidia"],
  // deno-lint-ignore require-await -- throws become rejections
  async files(request) {
    const [{ profile }] = request.devices;
    checkVendor(helion, profile.device);
    const name = gpuName(profile.device);
    const entries = entriesOf(profile);
    if (entries.length === 0) {
      throw new RangeError(
        `Cannot export helion: ${KERNEL} is latent attention and the profile of ${profile.device.description} has ` +
          `no winner of mla_decode; tune that family`,
      );
    }
    const path = `configs/${KERNEL}/${name}.json`;
    // vLLM takes the default, whose key is empty, where the kernel's picker finds no other.
    const list = [
      { key: {}, config: configOf(entries[0]) },
      ...entries.map((e) => ({ key: e.key, config: configOf(e) })),
    ];
    return [{ path, text: JSON.stringify(list, undefined, 2) + "\n" }, readmeOf(request, path, entries)];
  },
};

/** The one loop of the kernel whose size it leaves open is that over cached rows; Helion fills in what is not named. */
const configOf = ({ tile }: Entry) => ({ block_sizes: [tile.keys] });

function readmeOf(request: ExportRequest, path: string, entries: readonly Entry[]): ExportFile {
  const sizes = ({ key }: Entry) => `batch ${key.batch}, length ${key.seqlen}, ${key.headspb} heads`;
  return readme({
    title: "Configs for vLLM's Helion kernels",
    use: [
      `Copy \`${path}\` into \`vllm/kernels/helion/\` of a vLLM that has \`${KERNEL}\`. It takes the place of the ` +
      `file of that name, if there is one. vLLM looks for it by its own name of the GPU, in lower case; where that ` +
      `is another, rename the file.`,
      `Of the entries vLLM picks the nearest batch, then the shortest length and the fewest heads that are not less ` +
      `than the call's.`,
    ],
    transfers: [
      ...entries.map((entry) => `${sizes(entry)}: ${entry.tile.keys} cached rows a step (block_sizes)`),
      `the default, \`{"key": {}}\`, repeats the first: the fewest sequences and, of those, the longest`,
    ],
    doesNot: [
      `NUM_KV_SPLITS and HEADS_PER_BLOCK are arguments of the call, which no config reaches; here ` +
      entries.map((entry) => `${entry.tile.splits} and ${entry.tile.heads} won at ${sizes(entry)}`).join(
        "; ",
      ),
      `the kernel's cache is fp8 and its products are bf16, those timed here f32 or f16: a row is 576 values all the same`,
      `everything else (num_warps, num_stages, indexing, loop_orders, l2_groupings, pid_type, ...) is left out, for ` +
      `which Helion takes its defaults: WGSL has no such choices, and nothing was measured`,
      `128 rows in bf16 are 144 KiB of shared memory, 64 rows 72 KiB: a GPU with less can't run that entry`,
      `\`mla_decode_softmax_reduce\` chooses nothing that exists here`,
    ],
  }, request);
}
