import { Command } from "@commander-js/extra-typings";
import type { Profile } from "../../../profiles/schema.ts";
import { note, print, printJson, table } from "../../output.ts";
import { FOLDER_OPTION, JSON_OPTION, loadProfiles, profileNamed } from "./load_profiles.ts";

export function showCommand() {
  return new Command("show")
    .description("A device's ceilings and winners.")
    .argument("<device>", "device as `profiles list` names it")
    .option(...FOLDER_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      "\nExamples:\n  deno task profiles show <device>\n  deno task profiles show <device> --json | jq '.winners[].variant'",
    )
    .action(async (slug, options) => {
      const { devices, warnings, root } = await loadProfiles(options.profiles);
      warnings.forEach(note);
      const { profile } = profileNamed(slug, devices, root);
      if (options.json) return await printJson(profile);
      await print(...describe(profile));
    });
}

function describe(profile: Profile): string[] {
  const { device, ceilings, winners } = profile;
  return [
    `${device.description}${
      device.software ? " (a software adapter)" : ""
    }, ${device.backend} (${device.runtime})` +
    `${device.driver ? `, driver ${device.driver}` : ""}`,
    ceilings
      ? `ceilings: ${ceilings.readGBps.toFixed(1)} GB/s read, ${
        ceilings.f32Tflops.toFixed(3)
      } TFLOP/s f32, clock step ` +
        `${ceilings.timestampQuantumNs} ns`
      : "ceilings: not measured yet",
    "",
    ...table(
      ["family", "workload", "median us", "roofline", "error", "variant"],
      winners.map((w) => [
        w.family,
        w.bucket,
        w.timing.medianUs.toFixed(1),
        w.rooflinePercent === undefined ? "-" : `${w.rooflinePercent.toFixed(1)} %`,
        w.error.toExponential(1),
        w.variant,
      ]),
      [2, 3, 4],
    ),
  ];
}
