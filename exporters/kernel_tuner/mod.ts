import { contendersOf } from "../contenders.ts";
import type { Exporter, ExportFile, ExportRequest } from "../exporter.ts";
import { readme } from "../readme.ts";
import { deviceNames } from "./device_names.ts";
import { headerText } from "./header_text.ts";
import { storedResultsOf } from "./stored_results.ts";
import { resultsText } from "./results_text.ts";

/** Winners as Kernel Tuner stores results, and as a C header with a branch for each GPU. */
export const kernelTuner: Exporter = {
  name: "kernel-tuner",
  doc: "Results files as Kernel Tuner stores them, and a C header of #defines for each kernel",
  readBy:
    "Kernel Tuner (integration.TuneResults, PythonKernel), and any C, CUDA or OpenCL build with -DTARGET_<GPU>",
  severalDevices: true,
  // deno-lint-ignore require-await -- throws become rejections
  async files(request) {
    const names = deviceNames(request.devices);
    const files = contendersOf(request).flatMap((contenders): ExportFile[] => {
      const { kernel } = contenders;
      const records = storedResultsOf(contenders, names);
      return [
        { path: `${kernel}.json`, text: resultsText(kernel, records) },
        { path: `${kernel}.h`, text: headerText(contenders, records) },
      ];
    });
    return [...files, explain(request, names)];
  },
};

function explain(request: ExportRequest, names: ReadonlyMap<string, string>): ExportFile {
  return readme({
    title: "Results for Kernel Tuner and C builds",
    use: [
      "A kernel here is a family at exact head sizes and storage types, which change its code: " +
      "`KERNEL.json` holds its results, `KERNEL.h` its values as macros.",
      '`TuneResults("KERNEL.json").get_best_config(GPU, problem_size)` looks one up; a problem size is tokens, ' +
      "sequences, heads, with 1 for tokens where a kernel takes one token a call and keeps no cache.",
      'A build includes `"KERNEL.h"` and is told its GPU with `-DTARGET_<GPU>`; one header a translation unit, for ' +
      "kernels of one family share their macros. Devices:",
      request.devices.map(({ slug }) => `- ${slug}: \`-DTARGET_${names.get(slug)}\``).join("\n"),
    ],
    transfers: [
      "every tunable of the winners, and of what was no more than 3 % slower at the same size",
      "times in milliseconds, the median of one call",
      "the header's `#else`: the default variant, which runs within WebGPU's guaranteed limits",
    ],
    doesNot: [
      "one branch a GPU holds one variant: the one most of its results share, of equals the one with the smallest " +
      "sum of times, as Kernel Tuner chooses. Where sizes want different variants, ask the results file",
      "tunables of another formulation: `tunable_parameters` lists those every record holds, each record all its own",
      "`kernel_string`: the shaders are WGSL in several passes, so it is left out",
      "booleans: `true` is 1 and `false` is 0",
      "two devices of one name (a GPU under two WebGPU implementations) go by their folder names, since their " +
      "compilers want different variants",
      "another compiler's choices: a time under WebGPU says how this tiling did there, not what CUDA makes of it",
    ],
  }, request);
}
