import type { Axes } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";
import type { DeviceRecord } from "../profiles/schema.ts";

/** A size worth tuning or timing, and how the caller's tensors are stored there. */
export interface Workload {
  readonly name: string;
  readonly family: string;
  readonly axes: Axes;
  /** Storage types the caller decides (`Tunable.storageOf`); the initial ones where not named. */
  readonly storage: Config;
  /** What one call should take on `GOALS_FOR`, by WebGPU implementation, us. */
  readonly goalUs?: Goals;
}

type Goals = Readonly<Partial<Record<DeviceRecord["backend"], number>>>;

/** The device goals are set for. */
export const GOALS_FOR = "an NVIDIA H200";

const HEADS = { H: 32, K: 128, V: 128 };

/** Families of the delta rule, by what their models are called. */
const DELTA = { KDA: "kda", GDN: "gdn" } as const;

function decode(N: number, axes = HEADS, model: keyof typeof DELTA = "KDA"): Workload {
  const name = `${model} decode, ${N} sequence${N === 1 ? "" : "s"}`;
  return { name, family: `${DELTA[model]}_decode`, axes: { N, ...axes }, storage: {} };
}
/** The same with the state as vLLM, SGLang and FlashKDA keep it. */
function decodeVK(N: number): Workload {
  const { name, ...same } = decode(N);
  return { ...same, name: `${name}, state [V, K]`, storage: { stateLayout: "VK" } };
}
/** q, k, v and o in 16 bits, as models have them. */
function prefill(B: number, T: number, axes = HEADS, model: keyof typeof DELTA = "KDA"): Workload {
  const name = B === 1 ? `${model} prefill T=${T}` : `${model} prefill ${B} x ${T}`;
  return { name, family: `${DELTA[model]}_prefill`, axes: { B, T, ...axes }, storage: { io: "f16" } };
}
function latent(S: number, H = 32, N = 1): Workload {
  return {
    name: N === 1 ? `MLA decode S=${S}` : `MLA decode ${N} x ${S}`,
    family: "mla_decode",
    axes: { N, H, S },
    storage: { cacheElem: "f16" },
  };
}
/** 32 heads of 128 channels over G KV heads. */
function grouped(S: number, G: number): Workload {
  return {
    name: `${G === 32 ? "MHA" : `GQA-${G}`} decode S=${S}`,
    family: "gqa_decode",
    axes: { N: 1, H: 32, G: G === 32 ? 0 : G, K: 128, V: 128, S },
    storage: { cacheElem: "f16" },
  };
}

/** Full attention at MLA's expanded head sizes, q, k, v and o in 16 bits. */
function attention(T: number, H = 32): Workload {
  const axes = { B: 1, T, H, K: 192, V: 128 };
  return { name: `MLA prefill T=${T}`, family: "mla_prefill", axes, storage: { io: "f16" } };
}
function groupedAttention(T: number, G: number): Workload {
  const axes = { B: 1, T, H: 32, G: G === 32 ? 0 : G, K: 128, V: 128 };
  const name = `${G === 32 ? "MHA" : `GQA-${G}`} prefill T=${T}`;
  return { name, family: "mla_prefill", axes, storage: { io: "f16" } };
}

function withGoal(workload: Workload, builtin: number, dawn: number): Workload {
  return { ...workload, goalUs: { builtin, dawn } };
}

/** What `tune` tunes on a GPU: Kimi-Linear-48B's shapes. */
export const DEFAULT_WORKLOADS: readonly Workload[] = [
  decode(1),
  decode(64),
  prefill(1, 8192),
  latent(8192),
  latent(131072),
  attention(8192),
];

/** What it tunes on a software adapter: the same kernels at sizes a CPU gets through. */
export const SOFTWARE_WORKLOADS: readonly Workload[] = [
  decode(2, { ...HEADS, H: 2 }),
  prefill(1, 128, { ...HEADS, H: 2 }),
  latent(512, 8),
  attention(128, 2),
];

/** What a browser's page tunes on a GPU, a workload a family: the display waits for calls that take long. */
export const BROWSER_WORKLOADS: readonly Workload[] = [
  decode(1),
  prefill(1, 2048),
  decode(1, HEADS, "GDN"),
  prefill(1, 2048, HEADS, "GDN"),
  latent(8192),
  attention(2048),
  grouped(8192, 8),
];

/** Named sets of workloads; `compare` is what the models of `deno task compare` run. */
export const SUITES: Readonly<Record<string, readonly Workload[]>> = {
  default: DEFAULT_WORKLOADS,
  software: SOFTWARE_WORKLOADS,
  targets: [
    withGoal(decode(1), 8, 6),
    withGoal(decode(8), 12, 10),
    withGoal(decode(64), 70, 66),
    withGoal(decode(256), 260, 255),
    withGoal(decodeVK(64), 70, 66),
    withGoal(decodeVK(256), 260, 255),
    withGoal(prefill(1, 1024), 250, 150),
    withGoal(prefill(1, 8192), 1_000, 500),
    withGoal(prefill(1, 32768), 4_000, 2_000),
    withGoal(prefill(1, 131072), 16_000, 8_000),
    withGoal(prefill(8, 1024), 1_000, 500),
    withGoal(latent(8192), 30, 15),
    withGoal(latent(32768), 75, 25),
    withGoal(latent(131072), 250, 75),
    withGoal(latent(1048576), 1_800, 500),
    withGoal(attention(16384), 90_000, 27_000),
  ],
  compare: [
    ...(["KDA", "GDN"] as const).flatMap((model) => [
      decode(1, HEADS, model),
      decode(64, HEADS, model),
      prefill(1, 8192, HEADS, model),
      prefill(1, 131072, HEADS, model),
    ]),
    ...[8192, 131072, 1048576].flatMap((S) => [latent(S), grouped(S, 8)]),
    ...[8192, 131072].map((S) => grouped(S, 32)),
    latent(8192, 32, 64),
    attention(16384),
    groupedAttention(16384, 8),
    groupedAttention(16384, 32),
  ],
};
