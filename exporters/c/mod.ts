import type { Exporter, ExportRequest } from "../exporter.ts";
import { type NativeProgram, programOf } from "../native/program.ts";
import { DOES_NOT, sizeWords, TRANSFERS } from "../native/words.ts";
import { readme } from "../readme.ts";
import { bundleOf } from "../wgsl/bundle.ts";
import { headerOf } from "./header.ts";
import host from "./parts/host.c" with { type: "text" };

/** One C header of the WGSL bundle: the texts, and every number of a call as functions of its sizes. */
export const c: Exporter = {
  name: "c",
  doc:
    "one C header: WGSL of every winner, and functions that pick a variant and say its buffers and dispatches",
  readBy: 'C and C++ on webgpu.h (Dawn, wgpu-native): #include "deltatune.h"',
  severalDevices: true,
  async files(request: ExportRequest) {
    const program = programOf(await bundleOf(request));
    const text = headerOf(program);
    return [readme(words(program, text), request), { path: "deltatune.h", text }];
  },
};

const words = (program: NativeProgram, header: string) => ({
  title: "Tuned WGSL kernels in a C header",
  use: [
    sizeWords(program, "deltatune.h", header),
    `It is C99 and C++11, includes \`stdint.h\`, \`stddef.h\` and \`string.h\`, and allocates nothing. Everything in it is
static: include it from one file, since every file that calls \`dt_family_named\` gets every text. Optimized from -O1 on,
a file that names \`&dt_${program.families[0].name}\` instead gets that family's only.`,
    `\`\`\`c
dt_axes axes = {0};      /* sizes by letter: axes.T = 8192; ... */
dt_choice choice;        /* the variant, or in status and what why there is none */
if (dt_choose(dt_family_named("${
      program.families[0].name
    }"), &own, &axes, NULL, &choice) != DT_OK) return fail(choice.what);
dt_buffer_bytes(choice.variant, &own, &axes, call.bytes); /* of choice.variant->buffers: name, dtype, role */
dt_dispatches(choice.variant, &own, &axes, NULL, dispatch, &call); /* NULL: the family's own scale */
\`\`\``,
    `\`own\` is a \`dt_device\`: \`vendorID\`, names and subgroup sizes of WGPUAdapterInfo, limits and features of the
device as it was made. A \`dt_request\` asks for other storage types (\`{"io", "f16"}\`) or for one variant by its id.
The host's part on \`webgpu.h\`, without what it releases:`,
    `\`\`\`c\n${host.trimEnd()}\n\`\`\``,
    `A text is an array of literals of whole lines and at most 4000 bytes: C99 promises 4095 characters of a literal,
joined or not, and MSVC takes 16380. \`dt_write_text\` joins them in the caller's memory.`,
  ],
  transfers: TRANSFERS,
  doesNot: DOES_NOT,
});
