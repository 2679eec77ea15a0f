// Stores of any size that look like tuned ones: real families and variants, seeded times. For pages, never for claims.
import { completeAxes } from "../../kernels/core/axes.ts";
import type { AnyFamily, Axes } from "../../kernels/core/family.ts";
import { Random } from "../../kernels/core/random.ts";
import { type Config, storageChoices } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { enumerateConfigs } from "../../kernels/core/walk_space.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { PORTABLE_DEVICE, PORTABLE_MATRIX_DEVICE } from "../../cli/portable_device.ts";
import { deviceSlug } from "../../profiles/device_ladder.ts";
import { formatProfile } from "../../profiles/profile_text.ts";
import type { Ceilings, DeviceRecord, Timing, Trial } from "../../profiles/schema.ts";
import { sourceHash } from "../../profiles/source_hash.ts";
import { chooseWinners } from "../../profiles/winners.ts";

export interface FakeStoreOptions {
  /** Folders to write; the first is a GPU through Dawn, every eighth a software adapter. */
  readonly devices?: number;
  readonly families?: readonly string[];
  /** Trials of each family on each device. */
  readonly trials?: number;
  /** Workload sizes they are spread over, half as many on each one as on the one before. */
  readonly sizes?: number;
  readonly seed?: number;
}

/** Writes a store under `root` and returns the folders' names. */
export async function writeFakeStore(root: string, options: FakeStoreOptions = {}): Promise<string[]> {
  const { devices = 2, families = ["kda_prefill", "mla_decode"], trials = 100, sizes = 2, seed = 1 } =
    options;
  const slugs: string[] = [];
  for (let index = 0; index < devices; index++) {
    const device = fakeDevice(index);
    const slug = deviceSlug(device);
    slugs.push(slug);
    await Deno.mkdir(`${root}/${slug}`, { recursive: true });
    const winners = [];
    for (const [place, name] of families.entries()) {
      const family = familyNamed(name);
      const hash = await sourceHash(family);
      const made = fakeTrials(family, device, hash, { trials, sizes, seed: seed + 97 * index + place });
      winners.push(...chooseWinners(made, { family, sourceHash: hash }));
      const text = made.map((trial) => JSON.stringify(trial) + "\n").join("");
      await Deno.writeTextFile(`${root}/${slug}/${name}.jsonl`, text);
    }
    const profile = {
      schemaVersion: 1 as const,
      device,
      ceilings: fakeCeilings(index),
      winners,
      updatedAt: at(0),
    };
    await Deno.writeTextFile(`${root}/${slug}/profile.json`, formatProfile(profile));
  }
  return slugs;
}

const MODELS = [
  ["nvidia", "NVIDIA H100 80GB HBM3"],
  ["amd", "AMD Radeon RX 7900 XTX"],
  ["apple", "Apple M3 Max"],
  ["intel", "Intel Arc A770"],
  ["nvidia", "NVIDIA GeForce RTX 4090"],
] as const;

/** The device of that place in a fake store. */
export function fakeDevice(index: number): DeviceRecord {
  const software = index % 8 === 7;
  const [vendor, description] = software
    ? ["google", "SwiftShader Device (Subzero)"] as const
    : MODELS[index % MODELS.length];
  const backend = index % 2 === 0 ? "dawn" : "builtin";
  const { features, limits, subgroupSize } = backend === "dawn" ? PORTABLE_MATRIX_DEVICE : PORTABLE_DEVICE;
  return {
    vendor,
    architecture: "",
    device: `0x${(0x2000 + index).toString(16)}`,
    description,
    driver: "570.124.6",
    backend,
    runtime: backend === "dawn" ? "dawn 0.6.2 in deno 2.9.6" : "deno 2.9.6",
    software,
    features: [...features],
    limits: { ...limits },
    subgroupSize: { ...subgroupSize! },
    ...(backend === "dawn" && {
      subgroupMatrices: PORTABLE_MATRIX_DEVICE.subgroupMatrices!.map((m) => ({ ...m })),
    }),
  };
}

function fakeCeilings(index: number): Ceilings {
  return {
    readGBps: 900 + 137 * (index % 12),
    f32Tflops: 20 + 3 * (index % 10),
    ...(index % 2 === 0 && { matrixTflops: 150 + 20 * (index % 7) }),
    timestampQuantumNs: 32,
    measuredAt: at(0),
  };
}

/** Trials of one family, oldest first: most pass, some fail in the ways trials do. */
export function fakeTrials(
  family: AnyFamily,
  device: DeviceRecord,
  hash: string,
  { trials, sizes, seed }: Required<Pick<FakeStoreOptions, "trials" | "sizes" | "seed">>,
): Trial[] {
  const random = new Random(seed);
  const initial = completeAxes(family, {});
  const token = ["T", "S", "N"].find((letter) => letter in initial)!;
  const [first] = enumerateConfigs<Config>(family.space);
  const storage = JSON.stringify(storageChoices(family.space, first));
  const configs = [...enumerateConfigs<Config>(family.space)]
    .filter((config) => JSON.stringify(storageChoices(family.space, config)) === storage);
  const cost = costs(family, configs, random);
  const made: Trial[] = [];
  for (let size = 0, left = trials; left > 0; size++) {
    const axes: Axes = { ...initial, [token]: initial[token] * 4 ** (size % sizes) };
    const count = size % sizes === sizes - 1 ? left : Math.ceil(left / 2);
    const order = shuffled(configs, random);
    for (let i = 0; i < count; i++) {
      const config = order[i % order.length];
      made.push(fakeTrial(family, device, hash, axes, config, cost(config), random, made.length));
    }
    left -= count;
  }
  return made;
}

function fakeTrial(
  family: AnyFamily,
  device: DeviceRecord,
  hash: string,
  axes: Axes,
  config: Config,
  factor: number,
  random: Random,
  index: number,
): Trial {
  const { bytes, flops } = family.work(axes, config);
  const bestUs = Math.max(2, bytes / 2e6, flops / 3e7);
  const trial = {
    schemaVersion: 1 as const,
    family: family.name,
    variant: formatVariant(family.name, config),
    config,
    axes,
    sourceHash: hash,
    driver: device.driver,
    at: at(index),
  };
  const failure = random.uniform() < 0.12 ? FAILURES[random.below(FAILURES.length)] : undefined;
  if (failure) return { ...trial, status: failure[0], reason: failure[1](random) };
  const medianUs = bestUs * factor * Math.exp(0.05 * random.normal());
  return {
    ...trial,
    status: "passed",
    error: 2e-4 * Math.exp(random.normal()),
    compileMs: 200 * Math.exp(random.normal()),
    timing: timing(medianUs),
    rooflinePercent: 100 * bestUs / medianUs,
  };
}

const FAILURES: readonly (readonly [Exclude<Trial["status"], "passed">, (random: Random) => string])[] = [
  ["rejected", (r) => `one dispatch takes ${210 + r.below(700)} ms, above the cap of 200 ms`],
  [
    "rejected",
    (r) =>
      `workgroup memory of pass state is ${33024 + 256 * r.below(90)} and this device allows 32768 bytes`,
  ],
  ["compile_error", (r) => `the driver refused pass state: register ${r.below(300)} out of range`],
  [
    "incorrect",
    (r) => `o differs from the reference by ${(0.02 + r.uniform()).toFixed(3)} at T=100, above 0.002`,
  ],
  ["timeout", (r) => `compiling took longer than ${30 + r.below(3)} s`],
  ["device_lost", () => "the device was lost while timing"],
];

/** What each value of each tunable costs, and what the first two cost together. */
function costs({ space }: AnyFamily, configs: readonly Config[], random: Random): (config: Config) => number {
  const effects = Object.entries(space.tunables).map(([name, { values }]) => {
    const weight = 0.6 * random.uniform() ** 2;
    return [name, new Map(values.map((value) => [value, weight * random.normal()]))] as const;
  });
  const cost = (config: Config) => {
    const own = effects.map(([name, byValue]) => name in config ? byValue.get(config[name]) ?? 0 : 0);
    return Math.exp(own.reduce((sum, effect) => sum + effect, 0) + 0.5 * (own[0] ?? 0) * (own[1] ?? 0));
  };
  // The best one comes near the roofline.
  const least = configs.reduce((least, config) => Math.min(least, cost(config)), Infinity);
  return (config) => 1.3 * cost(config) / least;
}

function timing(medianUs: number): Timing {
  return {
    medianUs,
    madUs: medianUs * 0.002,
    lowUs: medianUs * 0.996,
    highUs: medianUs * 1.004,
    samples: 11,
    repeats: 20,
    clock: "timestamp",
  };
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** The time of the trial of that place: two seconds each. */
function at(index: number): string {
  return new Date(Date.UTC(2026, 10, 20) + 2000 * index).toISOString();
}
