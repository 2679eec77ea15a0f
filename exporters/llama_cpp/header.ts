import type { Gates } from "./choose_winner.ts";
import { type DropIn, threadsOf, tileOf, UNTUNED } from "./drop_in.ts";

const PREFIX = "GGML_WEBGPU_GATED_DELTA_NET";

/** A C header that says how wide the shader's workgroups are and how many share a head, by head size and kind of gate. */
export function headerText(about: readonly string[], choices: Readonly<Record<Gates, DropIn>>): string {
  const { channel, head } = choices;
  const threads = (choice: DropIn) => (size: number) => threadsOf(choice, size, tileOf(choice, size));
  const tile = (choice: DropIn) => (size: number) => tileOf(choice, size);
  return [
    "#pragma once",
    "",
    ...about.map((line) => `// ${line}`),
    "",
    "// Columns of a head's state in one workgroup of the launch that was timed: the macro TILE_V of the shader.",
    `#define ${PREFIX}_TILE_V_KDA(s_v) ${bySize(channel, tile(channel), `${UNTUNED.tileV}u`)}`,
    `#define ${PREFIX}_TILE_V_GDN(s_v) ${bySize(head, tile(head), `${UNTUNED.tileV}u`)}`,
    `#define ${PREFIX}_TILE_V(s_v, kda) \\`,
    `    ((kda) ? ${PREFIX}_TILE_V_KDA(s_v) : ${PREFIX}_TILE_V_GDN(s_v))`,
    "",
    "// Workgroups that then share a head: the dispatch is h times as many in x, and n_seqs in y.",
    `#define ${PREFIX}_TILES(s_v, kda) ((s_v) / ${PREFIX}_TILE_V(s_v, kda))`,
    "",
    "// Threads of such a workgroup.",
    `#define ${PREFIX}_WG_SIZE_KDA(s_v) ${bySize(channel, threads(channel), "(s_v) / 2u")}`,
    `#define ${PREFIX}_WG_SIZE_GDN(s_v) ${bySize(head, threads(head), "(s_v) / 2u")}`,
    `#define ${PREFIX}_WG_SIZE(s_v, kda) \\`,
    `    ((kda) ? ${PREFIX}_WG_SIZE_KDA(s_v) : ${PREFIX}_WG_SIZE_GDN(s_v))`,
    "",
  ].join("\n");
}

/** A C expression of s_v that is a number for each tuned head size, and `other` for the rest. */
function bySize({ widest }: DropIn, value: (size: number) => number, other: string): string {
  const cases = [...widest.keys()].map((size) => `(s_v) == ${size} ? ${value(size)}u : `);
  return `(${cases.join("")}${other})`;
}
