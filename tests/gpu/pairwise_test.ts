// Every pair of tunable values that fits this adapter compiles and is right, on NaN-poisoned buffers, at ragged sizes and
// at the smallest. kda's other head sizes (K = 64, V below K, V above K) are covered by the default and a few more.
import { canRun } from "../../kernels/core/fit.ts";
import { formatAxes } from "../../kernels/core/axes.ts";
import type { AnyFamily, Axes } from "../../kernels/core/family.ts";
import type { Config } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { families } from "../../kernels/mod.ts";
import { PipelineCache } from "../../tuner/pipeline_cache.ts";
import { makeCase, verify } from "../../tuner/verify.ts";
import { assert, assertEquals } from "../assert.ts";
import { pairwise } from "../contracts/pairwise.ts";
import { shapesOf, verifySizes } from "../contracts/shapes.ts";
import { missingFeatures, testDevice } from "./open_test_device.ts";
import { initialConfigs, sampleConfigs, SEED } from "./sample_configs.ts";

const OTHER_SHAPES = 2;
const opened = await testDevice();

async function check(family: AnyFamily, shape: Axes, configs: readonly Config[]) {
  const { device, capabilities } = opened!;
  const cases = verifySizes(family, shape).map((axes) => makeCase(family, axes, 1));
  const wrong: string[] = [];
  for (const config of configs) {
    const pipelines = new PipelineCache();
    const fitting = cases.filter(({ axes }) => canRun(family, axes, config, capabilities));
    assert(fitting.length > 0, formatVariant(family.name, config));
    for (const test of fitting) {
      const { passed, errors } = await verify(device, capabilities, family, config, test, pipelines);
      if (passed) continue;
      wrong.push(`${formatVariant(family.name, config)} ${JSON.stringify({ ...test.axes, ...errors })}`);
    }
  }
  assertEquals(wrong, []);
}

for (const family of families) {
  const shapes = shapesOf(family);
  const isDefault = (shape: Axes) =>
    Object.entries(family.axes).every(([name, { initial }]) => shape[name] === initial);

  for (const shape of shapes.filter(isDefault)) {
    Deno.test({
      name: `${family.name}: every pair of tunable values is right${missingFeatures(opened)}`,
      ignore: !opened,
      fn: async (t) => {
        const { capabilities } = opened!;
        const [ragged] = family.verifyAxes(shape);
        const { configs, unfit } = pairwise(
          family.space,
          (config) => canRun(family, ragged, config, capabilities),
        );
        assert(configs.length >= 10, `${configs.length} configs`);
        await check(family, shape, configs);
        if (unfit.length === 0) return;
        await t.step({
          name: `${unfit.length} pairs that no variant small enough for this adapter holds: ${
            unfit.join(", ")
          }`,
          ignore: true,
          fn: () => {},
        });
      },
    });
  }
  for (const shape of shapes.filter((s) => !isDefault(s))) {
    const size = formatAxes(
      Object.fromEntries(Object.entries(shape).filter(([name]) => family.axes[name].oneOf)),
    );
    Deno.test({
      name:
        `${family.name}: the default of each formulation and ${OTHER_SHAPES} variants are right at ${size}${
          missingFeatures(opened)
        }`,
      ignore: !opened,
      fn: async () => {
        const [ragged] = family.verifyAxes(shape);
        const { capabilities } = opened!;
        const sample = sampleConfigs(family, ragged, capabilities, OTHER_SHAPES, SEED);
        assertEquals(sample.length, OTHER_SHAPES);
        await check(family, shape, [...initialConfigs(family, ragged, capabilities), ...sample]);
      },
    });
  }
}
