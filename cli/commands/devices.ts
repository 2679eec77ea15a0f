import { Command } from "@commander-js/extra-typings";
import type { DeviceRecord } from "../../profiles/schema.ts";
import { note, print, printJson, table } from "../output.ts";

export function devicesCommand() {
  return new Command("devices")
    .description("List the adapters this machine offers, named truthfully: a software adapter is called one.")
    .option("--software", "list the software adapter too, fetching it where it is missing")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Examples:
  deno task devices
  deno task devices --software          also the one without a GPU
  deno task devices --json`,
    )
    .action(async (options) => {
      const { GpuProcess } = await import("../gpu_process.ts");
      const records: DeviceRecord[] = [];
      for (const software of options.software ? [false, true] : [false]) {
        const gpu = await GpuProcess.start({ software, backend: "builtin", onNotice: note });
        gpu.close();
        const known = records.some((r) =>
          r.description === gpu.record.description && r.backend === gpu.record.backend
        );
        if (!known) records.push(gpu.record);
      }
      if (options.json) return await printJson({ devices: records });
      await print(...table(
        ["device", "kind", "backend", "driver", "features"],
        records.map((r) => [
          r.description,
          r.software ? "software" : "GPU",
          `${r.backend} (${r.runtime})`,
          r.driver || "-",
          r.features.join(" "),
        ]),
      ));
    });
}
