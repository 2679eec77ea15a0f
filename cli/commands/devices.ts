import { Command } from "@commander-js/extra-typings";
import { SUBGROUP_MATRIX } from "../../kernels/core/pass.ts";
import type { DeviceRecord } from "../../profiles/schema.ts";
import { backendOption } from "../backend_option.ts";
import { type Backend, BACKENDS } from "../open_backend.ts";
import { note, print, printJson, table } from "../output.ts";
import { isUserError } from "../user_error.ts";

export function devicesCommand() {
  return new Command("devices")
    .description("List the adapters this machine offers, named truthfully: a software adapter is called one.")
    .addOption(backendOption("; both where not given"))
    .option("--software", "list the software adapter too, fetching it where it is missing")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Examples:
  deno task devices
  deno task devices --software          also the one without a GPU
  deno task devices --backend dawn
  deno task devices --json`,
    )
    .action(async (options) => {
      const { GpuProcess } = await import("../gpu_process.ts");
      const records: DeviceRecord[] = [];
      const { describeMatrices } = await import("../describe_matrices.ts");
      const add = async (backend: Backend, software: boolean) => {
        const gpu = await GpuProcess.start({ software, backend, onNotice: note });
        gpu.close();
        const { description } = gpu.record;
        if (!records.some((r) => r.description === description && r.backend === backend)) {
          records.push(gpu.record);
        }
      };
      for (const backend of options.backend ? [options.backend] : BACKENDS) {
        await add(backend, false).catch((error) => {
          // Its absence is a mistake only where nothing else was asked for.
          if (options.backend && !options.software || !isUserError(error)) throw error;
          note(error.message);
        });
        if (options.software) await add(backend, true);
      }
      if (options.json) return await printJson({ devices: records });
      await print(...table(
        ["device", "kind", "backend", "driver", "features", "matrix units"],
        records.map((r) => [
          r.description,
          r.software ? "software" : "GPU",
          `${r.backend} (${r.runtime})`,
          r.driver || "-",
          r.features.filter((name) => name !== SUBGROUP_MATRIX).join(" "),
          describeMatrices(r.subgroupMatrices),
        ]),
      ));
    });
}
