import type { Exporter, ExportRequest } from "../exporter.ts";
import { type NativeProgram, programOf } from "../native/program.ts";
import { DOES_NOT, sizeWords, TRANSFERS } from "../native/words.ts";
import { readme } from "../readme.ts";
import { bundleOf } from "../wgsl/bundle.ts";
import { moduleOf } from "./module.ts";
import host from "./parts/host.rs" with { type: "text" };

/** One Rust module of the WGSL bundle: the texts, and every number of a call as functions of its sizes. */
export const rust: Exporter = {
  name: "rust",
  doc:
    "one Rust module: WGSL of every winner, and functions that pick a variant and say its buffers and dispatches",
  readBy: "Rust on wgpu: mod deltatune_kernels;",
  severalDevices: true,
  async files(request: ExportRequest) {
    const program = programOf(await bundleOf(request));
    const text = moduleOf(program);
    return [readme(words(program, text), request), { path: "deltatune_kernels.rs", text }];
  },
};

const words = (program: NativeProgram, text: string) => ({
  title: "Tuned WGSL kernels in a Rust module",
  use: [
    `${
      sizeWords(program, "deltatune_kernels.rs", text)
    } It needs no crate and no \`std\`, allocates nothing and has no
\`unsafe\`. Put it beside your code: \`mod deltatune_kernels;\`.`,
    `The host's part on wgpu, \`pipeline_of\` its own (\`Axes { T: 8192, ..Default::default() }\`; a \`Request\` asks for other storage types,
\`("io", "f16")\`, or for one variant by its id; a \`Refusal\` says in \`status\` and \`what\` why there is none):`,
    `\`\`\`rust\n${host.trimEnd()}\n\`\`\``,
  ],
  transfers: TRANSFERS,
  doesNot: DOES_NOT,
});
