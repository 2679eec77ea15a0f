import type { Axes } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";

/** A size worth tuning or timing, and the tunables the workload decides rather than the tuner. */
export interface Workload {
  readonly name: string;
  readonly family: string;
  readonly axes: Axes;
  readonly pinned: Config;
}

const HEADS = { H: 32, K: 128, V: 128 };

function decode(N: number): Workload {
  return {
    name: `KDA decode, ${N} sequence${N === 1 ? "" : "s"}`,
    family: "kda_decode",
    axes: { N, ...HEADS },
    pinned: {},
  };
}
function prefill(B: number, T: number): Workload {
  const name = B === 1 ? `KDA prefill T=${T}` : `KDA prefill ${B} x ${T}`;
  return { name, family: "kda_prefill", axes: { B, T, ...HEADS }, pinned: {} };
}
/** The cache's storage type is the model's choice, not the tuner's. */
function latent(S: number): Workload {
  return {
    name: `MLA decode S=${S}`,
    family: "mla_decode",
    axes: { N: 1, H: 32, S },
    pinned: { cacheElem: "f16" },
  };
}

/** What `tune` tunes on a GPU: Kimi-Linear-48B's shapes. */
export const DEFAULT_WORKLOADS: readonly Workload[] = [
  decode(1),
  decode(64),
  prefill(1, 8192),
  latent(8192),
  latent(131072),
];

/** What it tunes on a software adapter: the same kernels at sizes a CPU gets through. */
export const SOFTWARE_WORKLOADS: readonly Workload[] = [
  { name: "KDA decode, 2 sequences", family: "kda_decode", axes: { N: 2, H: 2, K: 128, V: 128 }, pinned: {} },
  {
    name: "KDA prefill T=128",
    family: "kda_prefill",
    axes: { B: 1, T: 128, H: 2, K: 128, V: 128 },
    pinned: {},
  },
  {
    name: "MLA decode S=512",
    family: "mla_decode",
    axes: { N: 1, H: 8, S: 512 },
    pinned: { cacheElem: "f16" },
  },
];

/** Named sets of workloads `bench --suite` knows. */
export const SUITES: Readonly<Record<string, readonly Workload[]>> = {
  default: DEFAULT_WORKLOADS,
  software: SOFTWARE_WORKLOADS,
  targets: [
    ...[1, 8, 64, 256].map(decode),
    ...[1024, 8192, 32768, 131072].map((T) => prefill(1, T)),
    prefill(8, 1024),
    ...[8192, 32768, 131072, 1048576].map(latent),
  ],
};
