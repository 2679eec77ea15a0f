import { CallBench } from "../../cli/call_bench.ts";
import { prefillCall } from "../../compare/kernel_calls.ts";
import { type Config, initialConfig } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { familyNamed } from "../../kernels/mod.ts";
import type { Trial } from "../../profiles/schema.ts";
import { sourceHash } from "../../profiles/source_hash.ts";
import { ProfileStore } from "../../profiles/store_fs.ts";
import { assertEquals } from "../assert.ts";
import { DESKTOP_DEVICE } from "../contracts/devices.ts";
import { sampleDevice, sampleTiming, sampleTrial } from "../profiles/samples.ts";
import { inFolder } from "./in_folder.ts";

const family = familyNamed("kda_prefill");
const hash = await sourceHash(family);
const call = prefillCall({ kind: "kda", heads: 32, keyDim: 128, valueDim: 128, convWidth: 4 }, 4096);
const recurrent: Config = { ...initialConfig(family.space, "recurrent"), ...call.storage };
const record = sampleDevice();

function trial(config: Config, medianUs: number, T = 8192, changes: Partial<Trial> = {}): Trial {
  return sampleTrial({
    family: family.name,
    variant: formatVariant(family.name, config),
    config,
    axes: { ...call.axes, T },
    timing: sampleTiming(medianUs),
    sourceHash: hash,
    driver: record.driver,
    ...changes,
  });
}

/** What a bench knows of the recurrent formulation from stored trials; no device is asked. */
async function triedAmong(trials: readonly Trial[]): Promise<(readonly [unknown, number])[]> {
  let tried: Trial[] = [];
  await inFolder(async (root) => {
    using store = await ProfileStore.open(root, record);
    for (const one of trials) await store.append(one);
    const bench = await CallBench.open({
      record,
      capabilities: DESKTOP_DEVICE,
      trials: undefined as never, // nothing runs
      store,
      root,
      ceilings: { readGBps: 1, f32Tflops: 1, timestampQuantumNs: 1, measuredAt: "2026-11-24T00:00:00.000Z" },
      end: Infinity,
      roomBytes: Infinity,
    });
    tried = await bench.triedOf("recurrent", call);
  });
  return tried.map(({ config, axes }) => [config.tileV, axes.T] as const);
}

Deno.test("CallBench.triedOf() has the nearest length first, and there the fastest", async () => {
  const [narrow, wide] = [{ ...recurrent, tileV: 16 }, { ...recurrent, tileV: 32 }];
  assertEquals(await triedAmong([]), []);
  assertEquals(
    await triedAmong([trial(wide, 5, 131072), trial(narrow, 30), trial(wide, 20)]),
    [[32, 8192], [16, 8192], [32, 131072]],
  );
});

Deno.test("CallBench.triedOf() passes over other formulations, sources, drivers and storage", async () => {
  const others = [
    trial({ ...initialConfig(family.space, "chunked"), ...call.storage }, 1),
    trial(recurrent, 1, 8192, { sourceHash: "0000" }),
    trial(recurrent, 1, 8192, { driver: "1" }),
    trial({ ...recurrent, io: "f32" }, 1),
  ];
  assertEquals(await triedAmong(others), []);
});
