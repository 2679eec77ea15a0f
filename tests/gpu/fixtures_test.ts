// Every reference case of tests/fixtures through the default of each formulation of its family and 20 seeded random ones.
// gqa_decode takes the last queries of causal attention, which see all keys.
// Cold, a software adapter spends minutes compiling these; its shader cache makes the next run one of seconds.
import { loadCase } from "../../cli/run_case.ts";
import type { AnyFamily } from "../../kernels/core/family.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { PipelineCache } from "../../tuner/pipeline_cache.ts";
import { type Case, verify } from "../../tuner/verify.ts";
import { assertEquals } from "../assert.ts";
import { lastQueryCase } from "./last_query_case.ts";
import { missingFeatures, testDevice } from "./open_test_device.ts";
import { initialConfigs, sampleConfigs, SEED } from "./sample_configs.ts";

const SAMPLES = 20;
const FIXTURES: Readonly<Record<string, readonly string[]>> = {
  kda_prefill: [
    "kda_b1_t63_h1_d128",
    "kda_b1_t64_h2_d64",
    "kda_b1_t80_h1_d64_correlated",
    "kda_b1_t96_h1_d64_masked",
    "kda_b1_t128_h1_d128_floor",
    "kda_b1_t130_h1_d128_strong",
    "kda_b2_t40_h2_d64_weak",
  ],
  kda_decode: ["kda_decode_n3_h2_d128"],
  gdn_prefill: ["gdn_b1_t90_h1_d64"],
  mla_decode: ["mla_decode_n1_h32_s300", "mla_decode_n3_h8"],
  mla_prefill: ["mla_prefill_b1_t70_h2", "mla_prefill_prefix_b1_t33_h2", "gqa_prefill_b2_t65_h4_kv2"],
};

/** Cases of prefill whose last queries are cases of decode. */
const LAST_QUERIES: readonly string[] = ["gqa_prefill_b2_t65_h4_kv2"];

const opened = await testDevice();
const pipelines = new PipelineCache();

/** The default of each formulation and random variants, all against one case. */
function testVariants(family: AnyFamily, fixture: string, load: (path: string) => Promise<Case>): void {
  const { name } = family;
  Deno.test({
    name: `${name}: the default of each formulation and ${SAMPLES} random variants agree with ${fixture}${
      missingFeatures(opened)
    }`,
    ignore: !opened,
    fn: async () => {
      const { device, capabilities } = opened!;
      const test = await load(new URL(`../fixtures/${fixture}.safetensors`, import.meta.url).pathname);
      const configs = sampleConfigs(family, test.axes, capabilities, SAMPLES, SEED);
      assertEquals(configs.length, SAMPLES);
      const wrong: string[] = [];
      for (const config of [...initialConfigs(family, test.axes, capabilities), ...configs]) {
        const { passed, errors } = await verify(device, capabilities, family, config, test, pipelines);
        if (!passed) wrong.push(`${formatVariant(name, config)} ${JSON.stringify(errors)}`);
      }
      assertEquals(wrong, []);
    },
  });
}

for (const [name, fixtures] of Object.entries(FIXTURES)) {
  const family = familyNamed(name);
  for (const fixture of fixtures) testVariants(family, fixture, (path) => loadCase(family, path));
}
for (const fixture of LAST_QUERIES) {
  const load = async (path: string) => lastQueryCase(await loadCase(familyNamed("mla_prefill"), path));
  testVariants(familyNamed("gqa_decode"), fixture, load);
}

Deno.test("tests/fixtures: every file is in the list above", () => {
  const files = [...Deno.readDirSync(new URL("../fixtures/", import.meta.url))]
    .map((f) => f.name).filter((f) => f.endsWith(".safetensors"));
  assertEquals(files.toSorted(), Object.values(FIXTURES).flat().map((f) => `${f}.safetensors`).toSorted());
});
