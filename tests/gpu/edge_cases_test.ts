// Sizes and contents at which kernels break: around tiles, empty sequences, garbage in unused rows, and work split into
// several windows or folded grids, which small limits bring about at small sizes.
import { canRun } from "../../kernels/core/fit.ts";
import type { AnyFamily, Axes, Capabilities } from "../../kernels/core/family.ts";
import { type Config, initialConfig } from "../../kernels/core/space.ts";
import { storable } from "../../kernels/core/storable.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { PipelineCache } from "../../tuner/pipeline_cache.ts";
import { type Case, makeCase, verify } from "../../tuner/verify.ts";
import { assert, assertEquals } from "../assert.ts";
import { missingFeatures, testDevice } from "./open_test_device.ts";
import { initialConfigs, sampleConfigs, SEED } from "./sample_configs.ts";

const SAMPLES = 8;
const opened = await testDevice();
const pipelines = new PipelineCache();

const kdaDecode = familyNamed("kda_decode");
const kdaPrefill = familyNamed("kda_prefill");
const gdnDecode = familyNamed("gdn_decode");
const gdnPrefill = familyNamed("gdn_prefill");
const mlaDecode = familyNamed("mla_decode");
const mlaPrefill = familyNamed("mla_prefill");
const gqaDecode = familyNamed("gqa_decode");

/** The default of each formulation and some random variants, the first of those that fixtures_test.ts runs. */
function variantsOf(family: AnyFamily, axes: Axes): Config[] {
  return [
    ...initialConfigs(family, axes, opened!.capabilities),
    ...sampleConfigs(family, axes, opened!.capabilities, SAMPLES, SEED),
  ];
}

/** Verifies each config at each case; a random one may refuse a size, as many splits do many heads, but not the default. */
async function check(
  family: AnyFamily,
  configs: readonly Config[],
  cases: readonly Case[],
  capabilities: Capabilities = opened!.capabilities,
): Promise<void> {
  const { device } = opened!;
  const wrong: string[] = [];
  for (const config of configs) {
    for (const test of cases) {
      if (config !== configs[0] && !canRun(family, test.axes, config, capabilities)) continue;
      const { passed, errors } = await verify(device, capabilities, family, config, test, pipelines);
      if (passed) continue;
      wrong.push(`${formatVariant(family.name, config)} ${JSON.stringify({ ...test.axes, ...errors })}`);
    }
  }
  assertEquals(wrong, []);
}

function gpuTest(name: string, fn: () => Promise<void>) {
  Deno.test({ name: name + missingFeatures(opened), ignore: !opened, fn });
}

for (const family of [kdaPrefill, gdnPrefill]) {
  gpuTest(`${family.name} is right one token around every chunk size`, async () => {
    const cases = [1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129].map((T) =>
      makeCase(family, { B: T % 2 + 1, T, H: T % 3 + 1, K: 128, V: 128 }, T)
    );
    await check(family, variantsOf(family, cases[0].axes), cases);
  });

  // Rounding what multiplies new values to f16 once, as the matrix form did, leaves 1.4e-3 of the state.
  gpuTest(
    `${family.name}'s state after keys that have much in common is right within half of the tolerance`,
    async () => {
      const axes = { B: 1, T: 100, H: 1, K: 128, V: 128 };
      const inputs = storable(family, family.inputsFor(axes, 1, "correlated"));
      const test = { axes, inputs, expected: family.reference(axes, inputs) };
      const { device, capabilities } = opened!;
      for (const config of initialConfigs(family, axes, capabilities)) {
        const result = await verify(device, capabilities, family, config, test, pipelines);
        assert(result.errors.final_state <= result.tolerance / 2, formatVariant(family.name, config));
      }
    },
  );

  gpuTest(`${family.name} carries the state from window to window`, async () => {
    // A binding holds this part of q: tokens lie in several buffers, then sequences do, then all in one.
    for (const [B, T, part] of [[1, 900, 0.4], [1, 333, 0.7], [5, 100, 0.5], [2, 300, 1.2], [1, 300, 1.2]]) {
      const axes = { B, T, H: 1, K: 128, V: 128 };
      const { limits } = opened!.capabilities;
      const maxStorageBufferBindingSize = part * B * T * axes.K * 4;
      const capabilities = { ...opened!.capabilities, limits: { ...limits, maxStorageBufferBindingSize } };
      const configs = variantsOf(family, axes);
      const { passes } = family.plan(axes, configs[0], capabilities);
      assert(passes.length >= 4, `${passes.length / 2} windows`);
      await check(family, configs, [makeCase(family, axes, 5)], capabilities);
    }
  });
}

gpuTest(
  "kda_prefill's recurrent form carries the state over 16384 tokens, and over 32 segments",
  async () => {
    const axes = { B: 1, T: 16387, H: 1, K: 128, V: 64 };
    const config = initialConfig<Config>(kdaPrefill.space, "recurrent");
    const segmented = { ...config, segments: 32 };
    assertEquals(kdaPrefill.plan(axes, config, opened!.capabilities).windows?.length, 2);
    assertEquals(kdaPrefill.plan(axes, segmented, opened!.capabilities).windows?.length, 1);
    await check(kdaPrefill, [config, segmented], [makeCase(kdaPrefill, axes, 6)]);
  },
);

for (const family of [kdaDecode, gdnDecode]) {
  gpuTest(`${family.name} is right for every head of a grid folded into z`, async () => {
    const axes = { N: 11, H: 3, K: 128, V: 128 };
    const { limits } = opened!.capabilities;
    const capabilities = {
      ...opened!.capabilities,
      limits: { ...limits, maxComputeWorkgroupsPerDimension: 8 },
    };
    const initial = initialConfig<Config>(family.space);
    const [, y, z] = family.plan(axes, initial, capabilities).passes[0].workgroups;
    assert(z > 1 && y * z > 33, "the last group of heads is ragged");
    await check(family, variantsOf(family, axes), [makeCase(family, axes, 1)], capabilities);
  });

  gpuTest(`${family.name} is right where one binding can't hold all states`, async () => {
    const axes = { N: 30, H: 5, K: 64, V: 64 };
    const { limits } = opened!.capabilities;
    const maxStorageBufferBindingSize = 65 * axes.K * axes.V * 4;
    const capabilities = { ...opened!.capabilities, limits: { ...limits, maxStorageBufferBindingSize } };
    const configs = variantsOf(family, axes);
    const heads = family.plan(axes, configs[0], capabilities).passes.map((pass) => pass.params[0].value);
    assertEquals(heads, [64, 64, 22]);
    await check(family, configs, [makeCase(family, axes, 3)], capabilities);
  });
}

gpuTest("mla_decode is right one token around pages and for head counts no group divides", async () => {
  const sizes = [[1, 1, 1], [1, 1, 63], [1, 5, 64], [2, 3, 65], [1, 33, 127], [3, 17, 300], [1, 128, 70]];
  const cases = sizes.map(([N, H, S]) => makeCase(mlaDecode, { N, H, S, P: 0 }, 2));
  await check(mlaDecode, variantsOf(mlaDecode, { N: 1, H: 32, S: 320, P: 6 }), cases);
});

gpuTest("mla_decode is right where no buffer holds the whole cache", async () => {
  // A buffer holds this many of the pool's pages in f32: two buffers, three, four.
  for (const [pages, buffers] of [[4, 2], [3, 3], [2, 4]]) {
    const axes = { N: 2, H: 5, S: 230, P: 7 };
    const most = pages * 64 * 576 * 4;
    const limits = { ...opened!.capabilities.limits, maxStorageBufferBindingSize: most, maxBufferSize: most };
    const capabilities = { ...opened!.capabilities, limits };
    const configs = variantsOf(mlaDecode, axes);
    const plan = mlaDecode.plan(axes, configs[0], capabilities);
    assertEquals(plan.buffers.filter((b) => b.from === "cache").length, buffers);
    await check(mlaDecode, configs, [makeCase(mlaDecode, axes, 3)], capabilities);
  }
});

/** A case whose sequences have these lengths, with garbage in all rows of the caches and entries of the table not in use. */
function garbageCase(
  family: AnyFamily,
  axes: Axes,
  caches: readonly string[],
  lengths: readonly number[],
  garbage: number,
): Case {
  const inputs = family.inputsFor(axes, 4);
  inputs.cache_seqlens.data.set(lengths);
  const expected = family.reference(axes, inputs);
  const [, width] = inputs.block_table.shape;
  const used = new Set(
    lengths.flatMap((length, n) =>
      Array.from({ length }, (_, t) => 64 * inputs.block_table.data[n * width + (t >> 6)] + t % 64)
    ),
  );
  for (const cache of caches) {
    const { shape: [pages, rows, ...rest], data } = inputs[cache];
    const dims = rest.reduce((a, b) => a * b);
    for (let row = 0; row < pages * rows; row++) {
      if (!used.has(row)) data.fill(garbage, row * dims, (row + 1) * dims);
    }
  }
  // Entries of the table beyond a length are never followed either.
  lengths.forEach((length, n) => {
    for (let i = Math.ceil(length / 64); i < width; i++) inputs.block_table.data[n * width + i] = -1;
  });
  return { axes, inputs, expected };
}

gpuTest("mla_decode gives 0 and -1e30 for empty sequences and never looks at unused rows", async () => {
  const axes = { N: 3, H: 5, S: 200, P: 0 };
  const cases = [NaN, Infinity, 1e30].map((garbage) =>
    garbageCase(mlaDecode, axes, ["cache"], [0, 1, 130], garbage)
  );
  assert(cases[0].expected.o.data.slice(0, 5 * 512).every((x: number) => x === 0));
  assert(cases[0].expected.lse.data.slice(0, 5).every((x: number) => x === Math.fround(-1e30)));
  await check(mlaDecode, variantsOf(mlaDecode, { N: 1, H: 32, S: 320, P: 6 }), cases);
});

gpuTest("gqa_decode is right one token around pages, for shared KV heads of every kind", async () => {
  const sizes = [[1, 1, 0, 1], [1, 4, 4, 63], [1, 6, 2, 64], [2, 3, 1, 65], [1, 10, 2, 127], [3, 4, 0, 300]];
  const cases = [...sizes, [1, 40, 1, 70], [1, 9, 3, 130]].map(([N, H, G, S]) =>
    makeCase(gqaDecode, { N, H, G, K: 64, V: 64, S, P: 0 }, 2)
  );
  await check(gqaDecode, variantsOf(gqaDecode, cases[0].axes), cases);
});

gpuTest("gqa_decode is right where no buffer holds all keys, or all values", async () => {
  // A buffer holds this many of the pages of the wider ones in f32: two buffers each, three, four.
  for (const [pages, buffers] of [[4, 2], [3, 3], [2, 4]]) {
    for (const [K, V] of [[128, 64], [64, 128]]) {
      const axes = { N: 2, H: 4, G: 2, K, V, S: 230, P: 7 };
      const most = pages * 64 * axes.G * 128 * 4;
      const limits = {
        ...opened!.capabilities.limits,
        maxStorageBufferBindingSize: most,
        maxBufferSize: most,
      };
      const capabilities = { ...opened!.capabilities, limits };
      const configs = variantsOf(gqaDecode, axes).slice(0, 4);
      const plan = gqaDecode.plan(axes, configs[0], capabilities);
      for (const cache of ["k_cache", "v_cache"]) {
        assertEquals(plan.buffers.filter((b) => b.from === cache).length, buffers);
      }
      await check(gqaDecode, configs, [makeCase(gqaDecode, axes, 3)], capabilities);
    }
  }
});

gpuTest("gqa_decode gives 0 and -1e30 for empty sequences and never looks at unused rows", async () => {
  const axes = { N: 4, H: 4, G: 2, K: 64, V: 64, S: 200, P: 0 };
  const cases = [NaN, Infinity, 1e30].map((garbage) =>
    garbageCase(gqaDecode, axes, ["k_cache", "v_cache"], [130, 0, 1, 192], garbage)
  );
  assert(cases[0].expected.o.data.slice(4 * 64, 8 * 64).every((x: number) => x === 0));
  assert(cases[0].expected.lse.data.slice(4, 8).every((x: number) => x === Math.fround(-1e30)));
  await check(gqaDecode, variantsOf(gqaDecode, { ...axes, N: 1, H: 1, G: 0, S: 1 }), cases);
});

gpuTest(
  "mla_prefill is right one token around blocks and tiles, after prefixes, and for shared KV heads",
  async () => {
    const sizes = [[1, 0], [1, 127], [2, 63], [31, 33], [63, 0], [64, 64], [65, 0], [127, 2], [129, 0]];
    const cases = sizes.map(([T, C]) =>
      makeCase(mlaPrefill, { B: T % 2 + 1, T, H: 4, G: T % 3 === 0 ? 2 : 1, K: 64, V: 64, C }, T)
    );
    await check(mlaPrefill, variantsOf(mlaPrefill, cases[0].axes), cases);
  },
);

gpuTest("mla_prefill joins ranges of keys, also where a query sees nothing of some", async () => {
  // A binding holds this many tokens of k in f32: queries and keys lie in several buffers.
  for (const [T, C, part] of [[300, 0, 130], [1, 500, 64], [70, 400, 200]]) {
    const axes = { B: 1, T, H: 2, G: 2, K: 64, V: 64, C };
    const { limits } = opened!.capabilities;
    const maxStorageBufferBindingSize = part * axes.G * axes.K * 4;
    const capabilities = { ...opened!.capabilities, limits: { ...limits, maxStorageBufferBindingSize } };
    const configs = variantsOf(mlaPrefill, axes);
    assert(mlaPrefill.plan(axes, configs[0], capabilities).passes.length >= 2);
    await check(mlaPrefill, configs, [makeCase(mlaPrefill, axes, 5)], capabilities);
  }
});

gpuTest("mla_prefill stays finite where scores rise, fall or stay out of exp's range", async () => {
  const axes = { B: 1, T: 100, H: 1, G: 1, K: 64, V: 64, C: 0 };
  const scores = [(key: number) => 64 * key, (key: number) => -64 * key, () => 4000, () => -4000];
  const cases = scores.map((score): Case => {
    const { v } = mlaPrefill.inputsFor(axes, 6);
    const shape = [1, axes.T, 1, axes.K];
    const rows = (first: (row: number) => number) => ({
      shape,
      data: Float32Array.from(
        { length: axes.T * axes.K },
        (_, i) => i % axes.K === 0 ? first(i / axes.K) : 0,
      ),
    });
    const inputs = { q: rows(() => 1), k: rows(score), v };
    const scalars = { scale: 1 };
    return { axes, inputs, scalars, expected: mlaPrefill.reference(axes, inputs, scalars) };
  });
  await check(mlaPrefill, variantsOf(mlaPrefill, axes), cases);
});
