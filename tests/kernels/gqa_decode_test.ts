// gqa_decode without a GPU: its space, its plans, its reference against causal attention, and the refusal of bad sizes.
import { loadCase } from "../../cli/run_case.ts";
import { errorRatio } from "../../kernels/core/error_ratio.ts";
import type { Axes, Capabilities, Tensors } from "../../kernels/core/family.ts";
import { bufferBytes, fit } from "../../kernels/core/fit.ts";
import { initialConfig, violations } from "../../kernels/core/space.ts";
import { gqaDecode } from "../../kernels/gqa_decode/mod.ts";
import { lanesOf } from "../../kernels/gqa_decode/lanes.ts";
import type { GqaDecodeConfig } from "../../kernels/gqa_decode/space.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { DESKTOP_DEVICE, LEAST_DEVICE } from "../contracts/devices.ts";
import { legalConfigs } from "../contracts/legal_configs.ts";
import { lastQueryCase } from "../gpu/last_query_case.ts";

const initial = initialConfig(gqaDecode.space);
const config = (change: Partial<GqaDecodeConfig>): GqaDecodeConfig => ({ ...initial, ...change });
const GQA8: Axes = { N: 1, H: 32, G: 8, K: 128, V: 128, S: 8192, P: 0 };
const SMALL: Axes = { N: 3, H: 6, G: 2, K: 64, V: 64, S: 200, P: 12 };

/** A device whose pass may bind so many storage buffers, of so many bytes. */
function binding(maxStorageBuffersPerShaderStage: number, most: number): Capabilities {
  const limits = {
    ...DESKTOP_DEVICE.limits,
    maxStorageBuffersPerShaderStage,
    maxStorageBufferBindingSize: most,
    maxBufferSize: most,
  };
  return { ...DESKTOP_DEVICE, limits };
}

/** One head on one KV head, two tokens in pages 1 and 0 of a pool of three: weights 3/4 and 1/4. */
function handCase(): { axes: Axes; inputs: Tensors } {
  const q = new Float32Array(64);
  q[63] = 1;
  const keys = new Float32Array(3 * 64 * 64);
  const values = new Float32Array(3 * 64 * 64);
  const row = (page: number, token: number) => (page * 64 + token) * 64;
  for (let token = 0; token < 64; token++) keys[row(1, token) + 63] = -1e4;
  keys[row(1, 0) + 63] = Math.log(3);
  values[row(1, 0)] = 4;
  values[row(0, 0) + 63] = 8;
  return {
    axes: { N: 1, H: 1, G: 0, K: 64, V: 64, S: 128, P: 3 },
    inputs: {
      q: { shape: [1, 1, 64], data: q },
      k_cache: { shape: [3, 64, 1, 64], data: keys },
      v_cache: { shape: [3, 64, 1, 64], data: values },
      block_table: { shape: [1, 2], data: Int32Array.of(1, 0) },
      cache_seqlens: { shape: [1], data: Int32Array.of(65) },
    },
  };
}

Deno.test("gqaDecode.space: constraints say what they forbid", () => {
  const broken = (change: Partial<GqaDecodeConfig>) => violations(gqaDecode.space, config(change)).join("; ");
  assertEquals(broken({}), "");
  const many = { headsPerThread: 8, lanesPerRow: 16 };
  assertEquals(broken(many), "");
  assert(broken({ ...many, rowsPerThread: 4 }).includes("must not exceed 16 scores"));
  assert(broken({ headsPerThread: 8 }).includes("where q lies in registers"));
  assert(
    broken({ headsPerThread: 8, lanesPerRow: 4, queries: "workgroup" }).includes(
      "must not exceed lanesPerRow",
    ),
  );
});

Deno.test("lanesOf(): every head has a thread, and teams fill no more than the threads asked for", () => {
  const all = legalConfigs(gqaDecode.space);
  for (const [H, G] of [[1, 0], [32, 8], [32, 0], [32, 1], [128, 1], [10, 2], [9, 3], [1024, 1]]) {
    for (let i = 0; i < all.length; i += 97) {
      const c = all[i] as GqaDecodeConfig;
      const lanes = lanesOf({ ...GQA8, H, G }, c, DESKTOP_DEVICE);
      const { headsPerKv, headsPerThread, blocksPerGroup, groups, teams, tileRows } = lanes;
      assertEquals(headsPerKv, H / (G || H));
      assert(headsPerThread <= c.headsPerThread);
      const blocks = (G || H) * Math.ceil(headsPerKv / headsPerThread);
      assert(groups * blocksPerGroup >= blocks && (groups - 1) * blocksPerGroup < blocks);
      assert(Number.isInteger(Math.log2(teams)) && teams <= 64);
      assert(teams * blocksPerGroup * c.lanesPerRow <= c.threads);
      assert(64 % tileRows === 0 || tileRows % 64 === 0);
    }
  }
  assertEquals(lanesOf(GQA8, initial, DESKTOP_DEVICE), {
    headsPerKv: 4,
    headsPerThread: 4,
    blocksPerGroup: 1,
    groups: 8,
    teams: 16,
    tileRows: 32,
  });
});

Deno.test("lanesOf(): refuses lanes that cut no row, and shuffles among more lanes than a subgroup has", () => {
  const plan = (axes: Axes, change: Partial<GqaDecodeConfig>, device: Capabilities = DESKTOP_DEVICE) =>
    gqaDecode.plan(axes, config(change), device);
  assertThrows(
    () => plan({ ...GQA8, K: 192 }, { lanesPerRow: 16 }),
    RangeError,
    "K must be a multiple of 8 * lanesPerRow=128, current value is 192",
  );
  assertThrows(
    () => plan({ ...GQA8, V: 64 }, { lanesPerRow: 16 }),
    RangeError,
    "V must be a multiple of 8 * lanesPerRow=128, current value is 64",
  );
  const shuffled = { reduce: "subgroup" };
  assertThrows(() => plan(GQA8, shuffled, LEAST_DEVICE), RangeError, "needs the feature subgroups");
  assertThrows(
    () => plan(GQA8, shuffled, { ...DESKTOP_DEVICE, subgroupSize: { min: 4, max: 32 } }),
    RangeError,
    "needs lanesPerRow to fit a subgroup of 4, current value is 8",
  );
  assertThrows(
    () => plan({ ...GQA8, G: 5 }, {}),
    RangeError,
    "H=32 heads must be a multiple of G=5 KV heads",
  );
});

Deno.test("gqaDecode.plan: two passes over shared scratch, one pass where splits is 1", () => {
  const merged = gqaDecode.plan(SMALL, config({ splits: 8 }), DESKTOP_DEVICE);
  assertEquals(merged.passes.map((p) => p.label), ["split", "merge"]);
  assertEquals(merged.passes[0].workgroups, [2, 7, 3], "200 rows are 7 tiles of 32");
  assertEquals(merged.passes[1].workgroups, [1, 6, 3]);
  const partial = (cacheElem: string) =>
    gqaDecode.plan(SMALL, config({ splits: 4, cacheElem }), DESKTOP_DEVICE)
      .buffers.find((b) => b.name === "partial_o");
  assertEquals([partial("f32")?.length, partial("f32")?.dtype, partial("f16")?.dtype], [
    3 * 6 * 4 * 64,
    "f32",
    "f16",
  ]);
  const single = gqaDecode.plan(SMALL, config({ splits: 1 }), DESKTOP_DEVICE);
  assertEquals(single.passes.map((p) => p.label), ["split"]);
  assertEquals(single.buffers.filter((b) => b.role === "scratch"), []);
  const written = single.passes[0].buffers.filter((b) => b.access === "read_write").map((b) => b.name);
  assertEquals(written, ["o", "lse"]);
});

Deno.test("gqaDecode.plan: splits are fewer where their partial answers would exceed 16 MiB", () => {
  const scratch = (N: number, cacheElem: string) => {
    const axes = { ...GQA8, N, S: 65536, P: 1024 };
    const plan = gqaDecode.plan(axes, config({ splits: 256, cacheElem }), DESKTOP_DEVICE);
    const bytes = plan.buffers.filter((b) => b.role === "scratch").reduce((n, b) => n + bufferBytes(b), 0);
    return [plan.passes[0].workgroups[1], bytes <= 16 << 20];
  };
  assertEquals(scratch(1, "f16"), [256, true]);
  assertEquals(scratch(32, "f16"), [62, true]);
  assertEquals(scratch(32, "f32"), [31, true]);
  assertEquals(scratch(2000, "f32"), [1, true]);
});

Deno.test("gqaDecode.plan: keys and values no buffer holds are cut at the same pages", () => {
  const page = 64 * 2 * 64 * 4; // bytes of SMALL's keys, and of its values
  const parts = (pages: number, P: number, K = 64) => {
    const plan = gqaDecode.plan({ ...SMALL, K, P }, initial, binding(13, pages * page + 100));
    const { params, buffers } = plan.passes[0];
    return {
      lengths: plan.buffers.filter((b) => b.from?.endsWith("_cache")).map((b) => [b.name, b.length]),
      perBuffer: params.find((p) => p.name === "bufferPages")?.value,
      bound: buffers.map((b) => b.name).filter((name) => name.includes("_cache")),
    };
  };
  const own = 64 * 2 * 64;
  assertEquals(parts(4, 4), {
    lengths: [["k_cache", 4 * own], ["v_cache", 4 * own]],
    perBuffer: 4,
    bound: ["k_cache", "v_cache"],
  });
  assertEquals(parts(4, 7), {
    lengths: [["k_cache.0", 4 * own], ["k_cache.1", 3 * own], ["v_cache.0", 4 * own], ["v_cache.1", 3 * own]],
    perBuffer: 4,
    bound: ["k_cache.0", "v_cache.0", "k_cache.1", "v_cache.1"],
  });
  assertEquals(parts(3, 7).bound, [
    ...["k_cache.0", "v_cache.0", "k_cache.1", "v_cache.1"],
    ...["k_cache.2", "v_cache.2", "k_cache.2", "v_cache.2"],
  ]);
  assertEquals(parts(4, 4, 128).perBuffer, 2, "the wider of the two decides");
  assertThrows(() => parts(1, 7), RangeError, "more than four buffers");
});

Deno.test("gqaDecode.plan: a million tokens of 8 KV heads take 9 storage buffers, or a sentence", () => {
  const million = { ...GQA8, S: 1 << 20 };
  const half = config({ cacheElem: "f16" });
  const most = 2 ** 31 - 4;
  const plan = fit(gqaDecode.plan(million, half, binding(10, most)), binding(10, most));
  assertEquals(plan.passes[0].buffers.length, 9);
  assertThrows(
    () => gqaDecode.plan(million, half, binding(8, most)),
    RangeError,
    "take 2 buffers each, which makes 9 storage buffers of a pass, and this device allows 8",
  );
  assertThrows(
    () => gqaDecode.plan(million, initial, binding(12, most)),
    RangeError,
    "take 4 buffers each, which makes 13 storage buffers of a pass, and this device allows 12",
  );
});

Deno.test("gqaDecode.reference: two tokens of two pages by hand, and nothing of an empty sequence", () => {
  const { axes, inputs } = handCase();
  const { o, lse } = gqaDecode.reference(axes, inputs, { scale: 1 });
  assert(Math.abs(o.data[0] - 3) < 1e-6 && Math.abs(o.data[63] - 2) < 1e-6, `${o.data[0]} ${o.data[63]}`);
  assert(Math.abs(lse.data[0] - Math.log(4)) < 1e-6, `${lse.data[0]}`);
  const empty = { ...inputs, cache_seqlens: { shape: [1], data: Int32Array.of(0) } };
  const nothing = gqaDecode.reference(axes, empty);
  assert(nothing.o.data.every((x: number) => x === 0));
  assertEquals(nothing.lse.data[0], Math.fround(-1e30));
});

Deno.test("gqaDecode.reference: the last queries of causal attention, made elsewhere", async () => {
  const path = new URL("../fixtures/gqa_prefill_b2_t65_h4_kv2.safetensors", import.meta.url).pathname;
  const { axes, inputs, scalars, expected } = lastQueryCase(await loadCase(familyNamed("mla_prefill"), path));
  gqaDecode.checkInputs(axes, inputs);
  const { o, lse } = gqaDecode.reference(axes, inputs, scalars);
  assert(errorRatio(o.data, expected.o.data) < 1e-6);
  assert(errorRatio(lse.data, expected.lse.data) < 1e-6);
});

Deno.test("gqaDecode.axesOf: reads the sizes off inputsFor(), G as 0 where it is H, and refuses uneven heads", () => {
  assertEquals(gqaDecode.axesOf(gqaDecode.inputsFor(SMALL, 1)), { ...SMALL, S: 256 });
  assertEquals(gqaDecode.axesOf(gqaDecode.inputsFor({ ...SMALL, G: 6 }, 1)).G, 0);
  const inputs = gqaDecode.inputsFor(SMALL, 1);
  const five = { ...inputs, q: { shape: [3, 5, 64], data: new Float32Array(960) } };
  assertThrows(() => gqaDecode.axesOf(five), TypeError, "G=2 KV heads, and q has H=5 heads");
});

Deno.test("gqaDecode.work: 2 H (K + V) flops a token, and each KV head's row read once", () => {
  const { flops, bytes } = gqaDecode.work({ ...GQA8, S: 1 << 20 }, config({ cacheElem: "f16" }));
  assertEquals(flops, 2 * 32 * 256 * 2 ** 20);
  assertEquals(bytes, 2 ** 20 * 8 * 256 * 2 + 4 * 32 * 257);
});
