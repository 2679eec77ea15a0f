import { loadCase } from "../../../cli/run_case.ts";
import { writeSafetensors } from "../../../cli/write_safetensors.ts";
import type { Axes } from "../../../kernels/core/family.ts";
import { storageChoices } from "../../../kernels/core/space.ts";
import { formatVariant, parseConfig, splitVariant } from "../../../kernels/core/variant_id.ts";
import { familyNamed } from "../../../kernels/mod.ts";
import { bucketOf } from "../../../profiles/buckets.ts";
import type { Winner } from "../../../profiles/schema.ts";
import { type Case, makeCase } from "../../../tuner/verify.ts";
import { lastQueryCase } from "../../gpu/last_query_case.ts";
import { sampleTiming } from "../../profiles/samples.ts";

/** A file a consumer is given, and the variant that must serve it. */
export interface ConsumerCase {
  readonly path: string;
  readonly axes: Axes;
  /** The winner of the case's bucket. */
  readonly winner: Winner;
  readonly storage: Readonly<Record<string, string>>;
}

/**
 * What wins for each fixture: every formulation a software adapter runs, each family at least once. Rolled, which SwiftShader
 * compiles in a tenth of the time; cases of one bucket share a winner.
 */
const WINNERS: Readonly<Record<string, string>> = {
  kda_b1_t63_h1_d128: "kda_prefill:chunkSize=16;prepareThreads=64;scanRows=2;unroll=false",
  kda_b1_t64_h2_d64: "kda_prefill:formulation=recurrent;tileV=32;recurrentRows=16;unroll=false",
  kda_b1_t80_h1_d64_correlated:
    "kda_prefill:formulation=recurrent;segments=4;tileV=32;recurrentRows=16;unroll=false",
  kda_b1_t96_h1_d64_masked:
    "kda_prefill:formulation=recurrent;segments=4;tileV=32;recurrentRows=16;unroll=false",
  kda_b1_t128_h1_d128_floor: "kda_prefill:formulation=recurrent;tileV=32;recurrentRows=32;unroll=false",
  kda_b1_t130_h1_d128_strong: "kda_prefill:chunkSize=16;tileV=32;prepareThreads=64;unroll=false",
  kda_b2_t40_h2_d64_weak: "kda_prefill:chunkSize=16;prepareThreads=64;scanRows=2;unroll=false",
  kda_decode_n3_h2_d128: "kda_decode:rowsPerThread=32;reduce=subgroup;unroll=false",
  gdn_b1_t90_h1_d64: "gdn_prefill:chunkSize=16;prepareThreads=64;scanRows=2;unroll=false",
  mla_decode_n1_h32_s300: "mla_decode:splits=8;unroll=false",
  mla_decode_n3_h8: "mla_decode:splits=8;headsPerGroup=8;unroll=false",
  mla_prefill_b1_t70_h2: "mla_prefill:io=f32;unroll=false",
  mla_prefill_prefix_b1_t33_h2: "mla_prefill:io=f32;dimsPerSlice=32;unroll=false",
  gqa_prefill_b2_t65_h4_kv2: "mla_prefill:io=f32;unroll=false",
  gqa_last_queries: "gqa_decode:splits=8;lanesPerRow=4;headsPerThread=2;reduce=subgroup;unroll=false",
  gdn_decode_n2_h2: "gdn_decode:tileV=32;unroll=false",
};

/** A case of each family, and of each formulation of kda_prefill: for an adapter that compiles for seconds. */
const FEW = [
  "kda_b1_t63_h1_d128",
  "kda_b1_t64_h2_d64",
  "kda_decode_n3_h2_d128",
  "gdn_b1_t90_h1_d64",
  "gdn_decode_n2_h2",
  "mla_decode_n3_h8",
  "mla_prefill_prefix_b1_t33_h2",
  "gqa_last_queries",
];

const FIXTURES = new URL("../../fixtures/", import.meta.url);

/** Every fixture, and a case of the families without one, written into `folder`. */
export async function allCases(folder: string): Promise<ConsumerCase[]> {
  const paths: Record<string, { path: string; axes: Axes }> = {};
  for (const { name } of Deno.readDirSync(FIXTURES)) {
    const [stem, type] = name.split(".");
    if (type !== "safetensors") continue;
    if (!(stem in WINNERS)) throw new Error(`tests/fixtures/${name} has no winner in cases.ts`);
    const path = fixture(stem);
    paths[stem] = { path, axes: (await loadCase(familyOf(WINNERS[stem]), path)).axes };
  }
  for (const [stem, test] of Object.entries(await madeCases())) {
    const path = `${folder}/${stem}.safetensors`;
    const scale: Record<string, string> = test.scalars ? { scale: String(test.scalars.scale) } : {};
    await writeSafetensors(path, { ...test.inputs, ...test.expected }, scale);
    paths[stem] = { path, axes: test.axes };
  }
  return Object.entries(paths).map(([stem, { path, axes }]) => consumerCase(path, WINNERS[stem], axes));
}

/** Those of them that cover every family. */
export async function fewCases(folder: string): Promise<ConsumerCase[]> {
  return (await allCases(folder)).filter(({ path }) =>
    FEW.some((stem) => path.endsWith(`/${stem}.safetensors`))
  );
}

async function madeCases(): Promise<Record<string, Case>> {
  const attention = await loadCase(familyNamed("mla_prefill"), fixture("gqa_prefill_b2_t65_h4_kv2"));
  return {
    gqa_last_queries: lastQueryCase(attention),
    gdn_decode_n2_h2: makeCase(familyNamed("gdn_decode"), { N: 2, H: 2, K: 128, V: 128 }, 1),
  };
}

const fixture = (stem: string) => new URL(`${stem}.safetensors`, FIXTURES).pathname;
const familyOf = (id: string) => familyNamed(splitVariant(id).family);

/** A case with the winner of its bucket. */
export function consumerCase(path: string, id: string, axes: Axes): ConsumerCase {
  const family = familyOf(id);
  const config = parseConfig(family.name, family.space, splitVariant(id).assignments);
  const storage = storageChoices(family.space, config);
  const winner: Winner = {
    family: family.name,
    bucket: bucketOf(family.name, axes, storage),
    axes,
    variant: formatVariant(family.name, config),
    config,
    timing: sampleTiming(10),
    error: 1e-6,
    tiedWith: [],
    sourceHash: "0123456789abcdef",
  };
  return { path, axes, winner, storage: storage as Record<string, string> };
}
