import { FORMULATION } from "../../kernels/core/space.ts";
import { checkVendor } from "../check_vendor.ts";
import { contendersOf } from "../contenders.ts";
import type { Exporter, ExportFile, ExportRequest } from "../exporter.ts";
import { readme } from "../readme.ts";
import { wisdomText } from "./wisdom_text.ts";

/** Winners as wisdom files, from which Kernel Launcher picks a configuration when it compiles a kernel. */
export const kernelLauncher: Exporter = {
  name: "kernel-launcher",
  doc: "Wisdom files, one for each kernel and formulation",
  readBy: "Kernel Launcher: put them in a folder that KERNEL_LAUNCHER_WISDOM names",
  vendors: ["nvidia"],
  severalDevices: true,
  // deno-lint-ignore require-await -- throws become rejections
  async files(request) {
    for (const { profile } of request.devices) checkVendor(kernelLauncher, profile.device);
    const files = contendersOf(request).flatMap(({ kernel, rounds }): ExportFile[] => {
      const byFormulation = new Map<string, (typeof rounds)[number][]>();
      for (const round of rounds) {
        for (const [name, own] of Map.groupBy(round, ({ config }) => String(config[FORMULATION] ?? ""))) {
          byFormulation.set(name, [...(byFormulation.get(name) ?? []), own]);
        }
      }
      return [...byFormulation].map(([formulation, own]) => {
        const key = formulation === "" ? kernel : `${kernel}_${formulation}`;
        return { path: `${key}.wisdom`, text: wisdomText(key, own) };
      });
    });
    return [...files, explain(request)];
  },
};

function explain(request: ExportRequest): ExportFile {
  return readme({
    title: "Wisdom for Kernel Launcher",
    use: [
      "A `KernelBuilder` whose tuning key is a file's name without `.wisdom` finds it in the folders of " +
      "`KERNEL_LAUNCHER_WISDOM`, and takes the line of its device and the nearest problem size.",
      "A key is a family at exact head sizes and storage types, and the formulation where there are several. The " +
      "builder's space has to have the tunables of the file's first line, under these names and with these values.",
      "A problem size is tokens, sequences, heads, with 1 for tokens where a kernel takes one token a call and keeps " +
      "no cache; the nearest is the one whose product differs least.",
    ],
    transfers: [
      "every tunable of the five fastest variants of each device, size and formulation",
      "times in milliseconds, the median of one call",
    ],
    doesNot: [
      "the kernel: Kernel Launcher compiles CUDA, and the shaders timed here are WGSL. A CUDA kernel with the same " +
      "tunables finds a start here; what is fastest under WebGPU need not be under CUDA",
      "the WebGPU implementation: a line names the GPU and nothing else, so where one GPU was tuned under two, the " +
      "faster line counts",
      "`date`, `compute_capability` and versions of an environment: WebGPU tells none, and the reader asks for the " +
      "device's name only",
      "which formulation is fastest: each has its file, and the reader never compares files",
    ],
  }, request);
}
