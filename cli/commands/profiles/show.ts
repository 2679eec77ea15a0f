import { Command } from "@commander-js/extra-typings";
import type { Profile } from "../../../profiles/schema.ts";
import { note, print, printJson, table } from "../../output.ts";
import { UserError } from "../../user_error.ts";
import { FOLDER_OPTION, JSON_OPTION, loadProfiles } from "./load_profiles.ts";

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
      const { closest } = await import("../../../kernels/core/closest.ts");
      const { devices, warnings, root } = await loadProfiles(options.profiles);
      warnings.forEach(note);
      const found = devices.find((d) => d.slug === slug);
      if (!found) {
        throw new UserError(
          devices.length === 0
            ? `No profile of "${slug}" in ${root}: it holds none yet, deno task tune makes one`
            : `No profile of "${slug}" in ${root}${closest(slug, devices.map((d) => d.slug))}`,
        );
      }
      if (options.json) return await printJson(found.profile);
      await print(...describe(found.profile));
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
