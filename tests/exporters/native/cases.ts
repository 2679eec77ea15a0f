import type { Described } from "../../../exporters/wgsl/runtime/device.js";
import type { AnyFamily, Axes } from "../../../kernels/core/family.ts";
import { Random } from "../../../kernels/core/random.ts";
import type { ExportRequest } from "../../../exporters/exporter.ts";
import type { DeviceRecord } from "../../../profiles/schema.ts";
import { deviceSlug } from "../../../profiles/device_ladder.ts";
import { families } from "../../../kernels/mod.ts";
import { SAMPLE_DEVICE, sampleRequest } from "../sample_request.ts";
import { withDevice, withWinner } from "../vary_request.ts";

/** A call to be planned on one of the devices. */
export interface Case {
  readonly family: string;
  readonly own: number;
  readonly axes: Axes;
  readonly storage: Readonly<Record<string, string>>;
  readonly variant?: string;
  readonly scale?: number;
}

const MATRIX = { componentType: "f16", resultComponentType: "f32", M: 16, N: 16, K: 16 };
const MATRIX_DEVICE: DeviceRecord = {
  ...SAMPLE_DEVICE,
  vendor: "nvidia",
  description: "NVIDIA H200",
  device: "h200",
  architecture: "hopper",
  backend: "dawn",
  features: [...SAMPLE_DEVICE.features, "chromium-experimental-subgroup-matrix"],
  subgroupMatrices: [MATRIX],
};

/** Every family on two devices, with winners of each formulation. */
export function wideRequest(): ExportRequest {
  const names = families.map(({ name }) => name);
  const one = sampleRequest(names);
  const head = { K: 128, V: 128 };
  const winners: { variant: string; axes: Axes }[] = [
    { variant: "kda_decode:tileV=16", axes: { N: 8, H: 32, ...head } }, // the bucket of the other's
    { variant: "kda_prefill:formulation=matrix;io=f16", axes: { B: 1, T: 1024, H: 32, ...head } },
    {
      variant: "kda_prefill:formulation=recurrent;io=f16;segments=4",
      axes: { B: 1, T: 8192, H: 32, ...head },
    },
    { variant: "mla_decode:formulation=matrix;cacheElem=f16", axes: { N: 64, H: 32, S: 8192, P: 0 } },
    {
      variant: "mla_prefill:formulation=matrix;io=f16",
      axes: { B: 1, T: 1 << 15, H: 64, G: 0, K: 192, V: 128, C: 1 << 16 },
    },
  ];
  const empty = {
    ...one,
    devices: [{ ...one.devices[0], profile: { ...one.devices[0].profile, winners: [] } }],
  };
  const two = winners.reduce(
    (request, winner) => withWinner(request, winner),
    withDevice(empty, MATRIX_DEVICE),
  );
  return { ...one, devices: [...one.devices, { ...two.devices[0], slug: deviceSlug(MATRIX_DEVICE) }] };
}

/** A device as the bundle's JavaScript describes it, and its names as the adapter gives them. */
export type Own = Described & { readonly raw: readonly string[]; readonly built: string };

/** Devices of callers: both tuned ones, each front end, another vendor, little memory, few workgroups. */
export const OWNS: readonly Own[] = [
  own({ raw: ["h200", "NVIDIA H200"], vendor: "nvidia", matrices: [MATRIX] }),
  own({ raw: ["  nvidia--H200!"], vendor: "nvidia", naga: true }),
  own({ raw: [SAMPLE_DEVICE.description], vendor: SAMPLE_DEVICE.vendor }),
  own({ raw: ["Radeon"], vendor: "amd", features: [], maxBinding: 2 ** 27 }),
  own({
    raw: ["NVIDIA H20", "NVIDIA H2000"],
    vendor: "nvidia",
    built: "Hopper",
    subgroupMin: 16,
    maxGroups: 64,
  }),
  own({ raw: ["NVIDIA RTX"], vendor: "nvidia", naga: true }),
  own({ raw: ["llvmpipe (LLVM 15)"], vendor: "mesa", software: true, maxGroups: 1 }),
];

function own(
  {
    built = "",
    features = ["shader-f16", "subgroups"],
    subgroupMin = 32,
    maxBinding = 2 ** 32 - 4,
    maxGroups = 65535,
    ...rest
  }: {
    raw: string[];
    vendor: string;
    built?: string;
    features?: string[];
    subgroupMin?: number;
    matrices?: (typeof MATRIX)[];
    maxBinding?: number;
    maxGroups?: number;
    naga?: boolean;
    software?: boolean;
  },
): Own {
  const all = rest.matrices ? [...features, "chromium-experimental-subgroup-matrix"] : features;
  return {
    naga: false,
    software: false,
    matrices: [],
    ...rest,
    names: rest.raw.map((name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")),
    built,
    architecture: built.toLowerCase(),
    features: new Set(all) as unknown as GPUSupportedFeatures,
    limits: SAMPLE_DEVICE.limits as unknown as GPUSupportedLimits,
    maxBinding,
    maxGroups,
    subgroupSize: { min: subgroupMin, max: 32 },
  };
}

/** The winners' own calls, pinned, and sizes drawn at random on every device, a few of them out of range. */
export function casesOf(request: ExportRequest, each: number): { pinned: Case[]; drawn: Case[] } {
  const winners = request.devices.flatMap(({ profile }, at) =>
    profile.winners.map((winner) => ({ winner, own: at === 0 ? 2 : 0 }))
  );
  const storageOf = (family: AnyFamily, config: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(storageNames(family).map((name) => [name, `${config[name]}`]));
  const pinned = winners.map(({ winner, own }): Case => {
    const family = request.families.find(({ name }) => name === winner.family)!;
    const storage = storageOf(family, winner.config);
    return { family: winner.family, own, axes: winner.axes, storage, variant: winner.variant };
  });
  const random = new Random(5);
  const drawn = request.families.flatMap((family) =>
    Array.from({ length: each }, (_, i): Case => ({
      family: family.name,
      own: i % OWNS.length,
      axes: drawAxes(
        family,
        random,
        winners.map(({ winner }) => winner).filter((w) => w.family === family.name),
      ),
      storage: Object.fromEntries(
        storageNames(family).map((name) => [name, `${pick(family.space.tunables[name].values, random)}`]),
      ),
      ...(random.below(2) && { scale: 0.3 }),
    }))
  );
  const [{ family, axes }] = pinned;
  const odd: Case[] = [
    { family, own: 0, axes, storage: { stateElem: "f64" } },
    { family, own: 0, axes, storage: { nothing: "f32" } },
    { family, own: 0, axes, storage: {}, variant: `${family}:tileV=3` },
    { family, own: 3, axes, storage: pinned[0].storage, variant: pinned[0].variant },
  ];
  // The largest legal sizes, at which no product may pass 2^64: Rust's checks would end the program.
  const largest = winners.map(({ winner }): Case => {
    const family = request.families.find(({ name }) => name === winner.family)!;
    const sizes = Object.entries(family.axes).map((
      [name, { max, oneOf }],
    ) => [name, oneOf ? winner.axes[name] : max]);
    const storage = storageOf(family, winner.config);
    return { family: family.name, own: 1, axes: Object.fromEntries(sizes), storage };
  });
  return { pinned, drawn: [...odd, ...largest, ...drawn] };
}

const storageNames = ({ space }: AnyFamily) =>
  Object.entries(space.tunables).filter(([, tunable]) => tunable.storageOf).map(([name]) => name);

const pick = <T>(list: readonly T[], random: Random) => list[random.below(list.length)];

/** Sizes by powers of two and a bit; head sizes mostly those of a winner, since texts hold at theirs only. */
function drawAxes(family: AnyFamily, random: Random, winners: readonly { axes: Axes }[]): Axes {
  const axes: Record<string, number> = {};
  const like = pick(winners, random).axes;
  for (const [name, { min, max, oneOf }] of Object.entries(family.axes)) {
    const most = Math.min(max, MOST[name] ?? 8);
    const size = Math.floor(2 ** (random.below(1000) / 1000 * Math.log2(most + 1))) - random.below(2);
    if (oneOf || name === "G") axes[name] = random.below(8) === 0 ? pick(oneOf ?? [3], random) : like[name];
    else axes[name] = random.below(80) === 0 ? max + 1 : Math.max(min, size);
  }
  if (axes.G > 0 && random.below(8) > 0) {
    axes.H = like.G > 0 ? axes.G * (like.H / like.G) : axes.G * random.below(8);
  }
  return axes;
}
const MOST: Readonly<Record<string, number>> = {
  T: 1 << 15,
  S: 1 << 18,
  C: 1 << 15,
  H: 64,
  N: 4096,
  B: 16,
  P: 4096,
};
