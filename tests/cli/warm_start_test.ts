import { warmStart } from "../../cli/warm_start.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { bucketOf } from "../../profiles/buckets.ts";
import { assertEquals } from "../assert.ts";
import { sampleWinner } from "../profiles/samples.ts";

const workload = (family: string, axes: Record<string, number>) => ({
  family,
  name: family,
  axes,
  storage: {},
});
const start = (family: string, axes: Record<string, number>, winners: ReturnType<typeof sampleWinner>[]) =>
  warmStart({
    family: familyNamed(family),
    workload: workload(family, axes),
    sourceHash: "aaaa",
    driver: "1",
    trials: [],
    winners,
  });

const mla = sampleWinner({
  family: "mla_prefill",
  bucket: bucketOf("mla_prefill", { C: 0, T: 16384, H: 32, G: 0, K: 192, V: 128 }, { io: "f16" }),
  config: { formulation: "matrix", io: "f16", rowGroups: 4 },
});

Deno.test("warmStart() begins at a winner of other head sizes where there is none of its own", () => {
  const found = start("mla_prefill", { T: 16384, G: 8, K: 128 }, [mla]);
  assertEquals([found?.formulation, found?.rowGroups], ["matrix", 4]);
});

Deno.test("warmStart() begins at the winner of a family with the same tunables", () => {
  const kda = sampleWinner({
    family: "kda_prefill",
    bucket: bucketOf("kda_prefill", { B: 1, T: 8192, H: 32, HV: 32, K: 128, V: 128, N: 1 }, { io: "f16" }),
    config: { formulation: "recurrent", io: "f16", tileV: 32 },
  });
  assertEquals(start("gdn_prefill", { T: 8192, H: 32 }, [mla, kda])?.tileV, 32);
  assertEquals(start("gqa_decode", { N: 1, H: 32, S: 4096 }, [mla, kda]), undefined);
});
