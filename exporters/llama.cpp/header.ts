import type { Gates } from "./choose_winner.ts";
import { type DropIn, threadsOf, tileOf, UNTUNED } from "./drop_in.ts";

const PREFIX = "GGML_WEBGPU_GATED_DELTA_NET";

/** A C header that says how wide the shader's workgroups are and how many share a head, by head size and kind of gate. */
export function headerText(about: readonly string[], choices: Readonly<Record<Gates, DropIn>>): string {
  const tile = (gates: Gates) =>
    bySize(choices[gates], (size) => tileOf(choices[gates], size), `${UNTUNED.tileV}u`);
  const threads = (gates: Gates) =>
    bySize(
      choices[gates],
      (size) => threadsOf(choices[gates], size, tileOf(choices[gates], size)),
      "((s_v) / 2u)",
    );
  return [
    "#pragma once",
    "",
    ...about.map((line) => `// ${line}`),
    "",
    "// Columns of a head's state in one workgroup of the launch that was timed: TILE_V of gated_delta_net.wgsl.",
    `#define ${PREFIX}_TILE_V(s_v, kda) ((kda) ? ${tile("channel")} : ${tile("head")})`,
    "",
    "// Workgroups that then share a head: the dispatch is h times as many in x, and n_seqs in y.",
    `#define ${PREFIX}_TILES(s_v, kda) ((s_v) / ${PREFIX}_TILE_V(s_v, kda))`,
    "",
    "// Threads of such a workgroup, which must not exceed maxComputeInvocationsPerWorkgroup.",
    `#define ${PREFIX}_WG_SIZE(s_v, kda) ((kda) ? ${threads("channel")} : ${threads("head")})`,
    "",
  ].join("\n");
}

/** A C expression of s_v that is a number for each tuned head size, and `other` for the rest. */
function bySize({ widest }: DropIn, value: (size: number) => number, other: string): string {
  return [...widest.keys()].reduceRight(
    (rest, size) => `((s_v) == ${size} ? ${value(size)}u : ${rest})`,
    other,
  );
}
