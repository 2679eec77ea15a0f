import type { AnyFamily } from "../../kernels/core/family.ts";
import type { Exporter, ExportFile, ExportRequest } from "../exporter.ts";
import { fileWord } from "../file_word.ts";
import { unnamed } from "../nameable.ts";
import { readme } from "../readme.ts";
import { kernelText } from "./kernel_text.ts";
import { isOfSpace, searchSpacesOf } from "./search_spaces.ts";
import { t1Text } from "./t1_text.ts";
import { t4Text } from "./t4_text.ts";

/** Search spaces and every trial of them in the auto-tuning community's own formats, T1 and T4. */
export const t4: Exporter = {
  name: "t4",
  doc:
    "Search spaces (T1) and every trial, failed ones too (T4), laid out as the auto-tuning benchmark hub's",
  readBy:
    "autotuning_methodology and Kernel Tuner (tune_kernel_T1): copy kernels/ and cachefiles/ into a benchmark hub",
  severalDevices: true,
  // deno-lint-ignore require-await -- throws become rejections
  async files(request) {
    const spaces = searchSpacesOf(request);
    if (spaces.length === 0) {
      throw new RangeError(
        `Cannot export T4 results of ${request.families.map(({ name }) => name).join(", ")}: ${
          request.devices.map(({ slug }) => slug).join(", ")
        } has no trials of their present tunables, so tune them first`,
      );
    }
    const files = spaces.flatMap((space): ExportFile[] => {
      const kernelFile = `${space.name}.wgsl`;
      return [
        { path: `kernels/${space.name}.json`, text: t1Text(space, kernelFile) },
        { path: `kernels/${kernelFile}`, text: kernelText(space) },
        ...[...space.tried].map(([{ slug, profile }, trials]) => ({
          path: `cachefiles/${space.name}/${fileWord(slug)}_T4.json`,
          text: t4Text(profile.device, trials),
        })),
      ];
    });
    return [...files, explain(request)];
  },
};

function explain(request: ExportRequest): ExportFile {
  const foreign =
    request.families.flatMap((family) =>
      request.devices.flatMap(({ trials }) =>
        trials.filter((t) => t.family === family.name && !isOfSpace(family, t))
      )
    ).length;
  return readme({
    title: "Search spaces and trials (T1, T4)",
    use: [
      "`kernels/SPACE.json` is a search space (T1 1.0.0) and `cachefiles/SPACE/DEVICE_T4.json` holds the trials of it " +
      "on a device (T4 1.0.0), where the auto-tuning benchmark hub keeps them.",
      "A T1 space is one product of values less what its conditions forbid, so each formulation of a kernel, each " +
      "size and each storage type of the caller's data is a space of its own. Its name says which: family, " +
      "formulation, exact sizes, storage, then tokens x sequences x heads.",
      "Conditions are the kernels' own rules, written as the list of what they allow or forbid. In words:",
      request.families.map(rulesOf).join("\n"),
    ],
    transfers: [
      "tunables, their values and defaults, and every rule between them",
      "every trial in the order it was run: when, which configuration, how long it compiled, its median time, and " +
      "why it is invalid where it is (`device_lost` counts as `runtime`)",
      "`measurements`: the 95 % interval of the median, and the largest RMS error ratio against float64",
    ],
    doesNot: [
      "times of the single samples: the profile keeps their median, so `runtimes` has one entry",
      "`framework`, `search_algorithm` and `validation` times: not measured on their own, so they are left out",
      "refusals for want of a device's memory or features: no rule between tunables says them, trials do (`constraints`)",
      "the search: a profile holds what was tried, seldom the whole space, so it is no brute-forced one",
      "the language: T1 knows OpenCL, CUDA and Vulkan, so `Language` is Vulkan and the shaders are WGSL. `KernelFile` " +
      "has the passes of one variant for reading; a reader that replays T4 needs the file to be there, none can run it",
      "`GlobalSize` and `LocalSize`: a variant has several passes with sizes of their own, so both say 1; " +
      "`Arguments` is empty",
      "booleans: neither format's readers take them, so `true` is 1 and `false` is 0",
      ...unnamed(foreign, "a kernel"),
    ],
  }, request);
}

function rulesOf({ name, space }: AnyFamily): string {
  return space.constraints.map(({ reason, formulations }) =>
    `- ${name}${formulations ? ` (${formulations.join(", ")})` : ""}: ${reason}`
  ).join("\n");
}
