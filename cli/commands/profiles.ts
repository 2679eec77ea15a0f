import { Command } from "@commander-js/extra-typings";
import type { Profile } from "../../profiles/schema.ts";
import { note, print, printJson, table } from "../output.ts";
import { EXIT, fileError, UserError } from "../user_error.ts";
import { userPath } from "../user_path.ts";

export function profilesCommand() {
  return new Command("profiles")
    .description("What is known about devices: list the profiles, show one, check their files.")
    .addHelpText(
      "after",
      `
Examples:
  deno task profiles list
  deno task profiles show <device>
  deno task profiles check --json`,
    )
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(checkCommand());
}

const FOLDER = [
  "--profiles <folder>",
  "folder of profiles (default: profiles/data of the repository)",
] as const;
const JSON_OPTION = ["--json", "one JSON document on stdout"] as const;

function listCommand() {
  return new Command("list")
    .description("One line per device.")
    .option(...FOLDER)
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      "\nExamples:\n  deno task profiles list\n  deno task profiles list --profiles ~/my-profiles --json",
    )
    .action(async (options) => {
      const { devices, warnings, root } = await load(options.profiles);
      if (options.json) {
        return await printJson({
          root,
          warnings,
          profiles: devices.map(({ slug, profile }) => ({
            device: slug,
            description: profile.device.description,
            software: profile.device.software,
            winners: profile.winners.length,
            updatedAt: profile.updatedAt,
          })),
        });
      }
      warnings.forEach(note);
      if (devices.length === 0) return await print(`No profile in ${root} yet: deno task tune makes one.`);
      await print(...table(
        ["device", "adapter", "kind", "winners", "updated"],
        devices.map(({ slug, profile }) => [
          slug,
          profile.device.description,
          profile.device.software ? "software" : "GPU",
          String(profile.winners.length),
          profile.updatedAt.slice(0, 10),
        ]),
        [3],
      ));
    });
}

function showCommand() {
  return new Command("show")
    .description("A device's ceilings and winners.")
    .argument("<device>", "device as `profiles list` names it")
    .option(...FOLDER)
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      "\nExamples:\n  deno task profiles show <device>\n  deno task profiles show <device> --json | jq '.winners[].variant'",
    )
    .action(async (slug, options) => {
      const { closest } = await import("../../kernels/core/closest.ts");
      const { devices, warnings, root } = await load(options.profiles);
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

function checkCommand() {
  return new Command("check")
    .description(
      "Read every stored record and say what is broken, of a newer version or stale. Exit 1: something is broken.",
    )
    .option(...FOLDER)
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      "\nExamples:\n  deno task profiles check\n  deno task profiles check --profiles ~/my-profiles --json",
    )
    .action(async (options) => {
      const { devices, warnings, root } = await load(options.profiles);
      const problems = [...warnings];
      let trials = 0;
      for (const { slug } of devices) {
        const read = await checkTrials(`${root}/${slug}`);
        trials += read.trials;
        problems.push(...read.problems);
      }
      const stale = await staleWinners(devices);
      if (options.json) {
        await printJson({
          root,
          ok: problems.length === 0,
          profiles: devices.length,
          trials,
          problems,
          stale,
        });
      } else {
        await print(
          ...problems.map((p) => `broken  ${p}`),
          ...stale.map((s) => `stale   ${s}`),
          `${devices.length} profile${
            devices.length === 1 ? "" : "s"
          } with ${trials} trials in ${root}: ${problems.length} broken, ${stale.length} stale`,
        );
      }
      if (problems.length > 0) Deno.exitCode = EXIT.failed;
    });
}

async function load(folder: string | undefined) {
  const { defaultRoot, listDevices } = await import("../../profiles/store_fs.ts");
  const root = folder === undefined ? defaultRoot() : userPath(folder);
  if (folder !== undefined) {
    try {
      if (!(await Deno.stat(root)).isDirectory) {
        throw new UserError(`Cannot read profiles in ${root}: it is no folder`);
      }
    } catch (error) {
      throw fileError("read profiles in", root, error);
    }
  }
  return { ...await listDevices(root), root };
}

/** Reads trials files without repairing them: checking must change nothing. */
async function checkTrials(folder: string): Promise<{ trials: number; problems: string[] }> {
  const { parseTrialLine } = await import("../../profiles/trial_line.ts");
  const problems: string[] = [];
  let trials = 0;
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.name.endsWith(".jsonl")) continue;
    const path = `${folder}/${entry.name}`;
    const lines = (await Deno.readTextFile(path)).split("\n");
    lines.forEach((line, i) => {
      if (line === "") return;
      const parsed = parseTrialLine(line);
      if (parsed.kind === "trial") trials++;
      else {
        const reason = parsed.kind === "newer"
          ? `its schema version ${parsed.schemaVersion} is newer than this program`
          : parsed.reason;
        problems.push(`${path} line ${i + 1}: ${reason}`);
      }
    });
  }
  return { trials, problems };
}

async function staleWinners(devices: readonly { slug: string; profile: Profile }[]): Promise<string[]> {
  const { families } = await import("../../kernels/mod.ts");
  const { sourceHash } = await import("../../profiles/source_hash.ts");
  const hashes = new Map(
    await Promise.all(families.map(async (f) => [f.name, await sourceHash(f)] as const)),
  );
  const stale: string[] = [];
  for (const { slug, profile } of devices) {
    for (const winner of profile.winners) {
      const now = hashes.get(winner.family);
      if (now === winner.sourceHash) continue;
      const reason = now === undefined
        ? "the family is unknown to this program"
        : `measured with source ${winner.sourceHash}, and the source is now ${now}`;
      stale.push(`${slug} ${winner.family} ${winner.bucket}: ${reason}`);
    }
  }
  return stale;
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
