import type { ExportWords } from "../readme.ts";
import { configOf, FAMILY_OF, type Gates } from "./choose_winner.ts";
import type { Choice } from "./mod.ts";

const HEADER = "GGML_WEBGPU_GATED_DELTA_NET";

/** README of an export: how to build it in, what of the winners is in it, and what is not. */
export function wordsOf(choices: Readonly<Record<Gates, Choice>>): ExportWords {
  return {
    title: "gated_delta_net for ggml-webgpu",
    use: [
      "`gated_delta_net.wgsl` has the bindings, parameters, macros and dispatch of the shader of that name in llama.cpp's " +
      "`ggml/src/ggml-webgpu/wgsl-shaders`: copy it over that file and build. It was written against pull request 28976 " +
      "(September 2026), where parameters hold `K`, the number of states to keep, and `FUSED_CACHE` says where. Hosts without " +
      "`FUSED_CACHE` but with `K` can use it as well, though the first of them (May 2026) expect kept states in another order; " +
      "where parameters hold no `K` it reads the wrong words: don't.",
      "So built it is right, but one workgroup works on all columns of a head, since the host asks for as many workgroups as " +
      "there are heads. In the launch that was timed several share a head. Copy the header beside `ggml-webgpu.cpp`, and three " +
      "lines of the host give that launch:",
      [
        "```cpp",
        "// ggml-webgpu-shader-lib.hpp, with the other includes",
        '#include "ggml-webgpu-gated-delta-net.h"',
        "// get_gated_delta_net_pipeline(), with the other defines",
        `defines.push_back("TILE_V=" + std::to_string(${HEADER}_TILE_V(key.s_v, key.kda)) + "u");`,
        "// ggml_webgpu_gated_delta_net() in ggml-webgpu.cpp: workgroups in x, instead of h",
        `h * ${HEADER}_TILES(s_v, src3->ne[0] == src2->ne[0])`,
        "```",
      ].join("\n"),
      "Each line works without the others: the shader counts the workgroups that share a head.",
    ],
    transfers: [
      ...(["channel", "head"] as const).map((gates) => chosen(gates, choices[gates])),
      "The formulation: the state stays in registers over all tokens, is read once and written once in 16-byte pieces, and both " +
      "products with it come from one pass over those registers.",
    ],
    doesNot: [
      "Times: those below are of one token, in our own bindings, without llama.cpp around it. Measure with " +
      "`test-backend-ops perf -o GATED_DELTA_NET`.",
      "Many tokens: ggml runs prompts through the same shader, one token after the other. The chunked and matrix formulations of " +
      "the prefill families need passes and scratch of their own, which this operation has no place for.",
      "`operands`: q, k and gates always go through workgroup memory, element by element, since ggml gives strides that need " +
      "not be multiples of four.",
      "`unroll`: loops stay loops. Dawn, which a native llama.cpp is built with, makes the same of both; wgpu, in some browsers, " +
      "keeps arrays in memory then, here as in the shader this replaces.",
      "`reduce=mixed`: a [V, K] state has all rows of a column in neighbouring threads, so sums meet by shuffles alone where a " +
      "subgroup holds them, else in workgroup memory.",
      "Head sizes other than " + sizes(choices) +
      ": served by a layout that was not tuned. They must be multiples of four.",
      "Another device: `enable subgroups`, threads and workgroup memory are those of the one named below, and subgroups are " +
      "taken to be at least as large in Dawn as they were where it was tuned.",
      "GGML_WEBGPU_FLASH_ATTN_* and WEBGPU_MUL_MAT_*: none is set. ggml's attention derives its tiles from subgroup sizes and " +
      "workgroup memory, and its decoding runs one subgroup a slice of the cache where ours has workgroups of several heads: no tunable " +
      "of gqa_decode, mla_decode or mla_prefill means the same there.",
    ],
  };
}

function sizes(choices: Readonly<Record<Gates, Choice>>): string {
  const tuned = (gates: Gates) => [...choices[gates].dropIn.widest.keys()].join(" and ");
  const [channel, head] = [tuned("channel"), tuned("head")];
  return channel === head ? channel : `${channel} (KDA), ${head} (GDN)`;
}

/** What of a winner is in the shader, and what was assumed of it. */
function chosen(gates: Gates, { winner, dropIn }: Choice): string {
  const { tileV, rowsPerThread, columnsPerThread, reduce } = dropIn;
  const config = configOf(winner);
  const assumed = [
    ...(winner.family === FAMILY_OF[gates]
      ? []
      : [`no winner of ${FAMILY_OF[gates]} was there to be exported`]),
    ...(config.stateLayout === "VK" ? [] : ["timed with a [K, V] state, where ggml's is [V, K]"]),
    ...(columnsPerThread === config.columnsPerThread
      ? []
      : ["one column a thread, which a [V, K] state has no loads for"]),
  ];
  return `${gates === "channel" ? "KDA" : "GDN"}: tiles of ${tileV} columns, ${rowsPerThread} rows and ` +
    `${columnsPerThread} columns a thread, sums by ${
      reduce === "barrier" ? "workgroup memory" : "shuffles"
    }, of ${winner.bucket}${assumed.length > 0 ? `. Assumed to hold: ${assumed.join("; ")}` : ""}.`;
}
