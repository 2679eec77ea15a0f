import type { Winner } from "../../profiles/schema.ts";
import type { Exporter, ExportFile, ExportRequest } from "../exporter.ts";
import { oneLine } from "../one_line.ts";
import { readme } from "../readme.ts";
import { chooseWinner, configOf, FAMILY_OF, type Gates } from "./choose_winner.ts";
import { type DropIn, dropInOf } from "./drop_in.ts";
import { headerText } from "./header.ts";
import { shaderText } from "./shader.ts";
import { wordsOf } from "./words.ts";

const KINDS: readonly Gates[] = ["channel", "head"];

/** A winner, and how the step runs by it. */
export interface Choice {
  readonly winner: Winner;
  readonly dropIn: DropIn;
}

/** ggml-webgpu's gated_delta_net with the tiles of this device, and a header of defines for its host. */
export const llamaCpp: Exporter = {
  name: "llama.cpp",
  doc: "A drop-in gated_delta_net.wgsl for ggml-webgpu with the tuned tiles, and a C header for its host",
  readBy: "a build of llama.cpp with GGML_WEBGPU: copied over the shader of that name",
  families: KINDS.map((gates) => FAMILY_OF[gates]),
  files: (request) => Promise.resolve(request).then(filesOf),
};

function filesOf(request: ExportRequest): ExportFile[] {
  const choices = choicesOf(request);
  const { device, updatedAt } = request.devices[0].profile;
  const about = [
    `Deltatune: ${oneLine(device.description)}, ${device.backend}, ${
      updatedAt.slice(0, 10)
    }. README.md says what was timed.`,
    `KDA: ${choices.channel.winner.variant}`,
    `GDN: ${choices.head.winner.variant}`,
  ];
  const dropIns = { channel: choices.channel.dropIn, head: choices.head.dropIn };
  return [
    { path: "gated_delta_net.wgsl", text: shaderText(about, dropIns) },
    { path: "ggml-webgpu-gated-delta-net.h", text: headerText(about, dropIns) },
    readme(wordsOf(choices), request),
  ];
}

/** A choice for each kind of gate; where only one kind has a winner it stands for both. Throws RangeError where neither has. */
function choicesOf({ devices: [{ profile, slug }] }: ExportRequest): Readonly<Record<Gates, Choice>> {
  const choose = (gates: Gates): Choice | undefined => {
    const winner = chooseWinner(profile.winners, gates);
    if (!winner) return undefined;
    const dropIn = dropInOf(configOf(winner), winner.axes.K, profile.device);
    return dropIn.widest.size > 0 ? { winner, dropIn } : undefined;
  };
  const [channel, head] = KINDS.map(choose);
  const either = channel ?? head;
  if (!either) {
    throw new RangeError(
      `Cannot export ${slug} for llama.cpp: ggml's states are f32 and its heads square, and none of its ${profile.winners.length} winners is one of ${
        KINDS.map((gates) => FAMILY_OF[gates]).join(" or ")
      } like that; tune one of them with --storage VK`,
    );
  }
  return { channel: channel ?? either, head: head ?? either };
}
