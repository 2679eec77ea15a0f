import type { Config } from "../../kernels/core/space.ts";
import type { Contender } from "../contenders.ts";
import { gpuModel } from "../gpu_model.ts";

/** Most configurations kept of one device and size, as Kernel Launcher's own writer does by default. */
const MOST = 5;

/**
 * A wisdom file, version 1.0: a line that names the kernel and its tunables, then one line a result. All rounds are of
 * one formulation, since every line has a value for every tunable.
 */
export function wisdomText(key: string, rounds: readonly (readonly Contender[])[]): string {
  const names = Object.keys(rounds[0][0].config);
  const header = { version: "1.0", objective: "time", tunable_parameters: names, key };
  const lines = rounds.flatMap((round) => round.slice(0, MOST)).map(({ tuned, size, config, timing }) => ({
    config: valuesOf(config, names),
    problem_size: size,
    environment: { device_name: gpuModel(tuned.profile.device) },
    time: timing.medianUs / 1000,
  }));
  return [header, ...lines].map((line) => JSON.stringify(line) + "\n").join("");
}

const valuesOf = (config: Config, names: readonly string[]) => names.map((name) => config[name]);
