import type { Gates } from "./choose_winner.ts";
import { type DropIn, UNTUNED } from "./drop_in.ts";
import fusedCode from "./interface_fused.wgsl" with { type: "text" };
import interfaceCode from "./interface.wgsl" with { type: "text" };
import { layoutText, stepText, sumsText, tunablesText } from "./texts.ts";

type Choices = Readonly<Record<Gates, DropIn>>;

/**
 * gated_delta_net.wgsl for ggml-webgpu's preprocessor, whose host defines S_V, KDA and FUSED_CACHE, and TILE_V where it
 * was changed. `about` is the head comment.
 */
export function shaderText(about: readonly string[], choices: Choices): string {
  const { channel, head } = choices;
  const shuffles = [channel, head].some(({ reduce }) => reduce === "subgroup");
  return blocks(
    about.map((line) => `// ${line}`),
    enabled(choices),
    either("#ifdef KDA", "#define PER_CHANNEL true", "#define PER_CHANNEL false"),
    either("#ifndef FUSED_CACHE", interfaceCode, fusedCode),
    tunables(choices),
    [layoutText("S_V", "PER_CHANNEL")],
    [stepText()],
    shuffles ? either("#ifdef SHUFFLES", sumsText("subgroup"), sumsText("barrier")) : [sumsText("barrier")],
  );
}

const blocks = (...all: readonly (readonly string[])[]) =>
  all.filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join("\n") + "\n")
    .join("\n");

const either = (condition: string, one: string, other: string) => [condition, one, "#else", other, "#endif"];

/** The directive WGSL wants where sums meet by shuffles. */
function enabled({ channel, head }: Choices): string[] {
  const [ofChannels, ofHeads] = [channel, head].map(({ reduce }) => reduce === "subgroup");
  if (!ofChannels && !ofHeads) return [];
  if (ofChannels && ofHeads) return ["enable subgroups;"];
  return [ofChannels ? "#ifdef KDA" : "#ifndef KDA", "enable subgroups;", "#endif"];
}

/** Tunables by kind of gate and head size, and those of what was not tuned. */
function tunables({ channel, head }: Choices): string[] {
  return [
    `#if defined(KDA) && ${sizesOf(channel)}`,
    ...tuned(channel),
    `#elif !defined(KDA) && ${sizesOf(head)}`,
    ...tuned(head),
    "#else",
    tunablesText(UNTUNED, `${UNTUNED.tileV}u`),
    "#endif",
  ];
}

/** Head sizes of a choice, as the preprocessor compares them. */
function sizesOf({ widest }: DropIn): string {
  return `(${[...widest.keys()].map((size) => `S_V == ${size}`).join(" || ")})`;
}

function tuned(choice: DropIn): string[] {
  return [
    "#ifndef TILE_V",
    ...[...choice.widest].flatMap(([size, columns], i) => [
      `${i === 0 ? "#if" : "#elif"} S_V == ${size}`,
      `#define TILE_V ${columns}u`,
    ]),
    "#endif",
    "#endif",
    ...(choice.reduce === "subgroup" ? ["#define SHUFFLES"] : []),
    tunablesText(choice, "TILE_V"),
  ];
}
