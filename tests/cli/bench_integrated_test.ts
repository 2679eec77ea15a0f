// integratedRow(): agreement and disagreement on made-up times, and what it refuses.
import { integratedRow } from "../../cli/bench_integrated.ts";
import type { Axes } from "../../kernels/core/family.ts";
import type { Trial } from "../../profiles/schema.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleTrial } from "../profiles/samples.ts";

const workload = { name: "w", family: "mla_prefill", axes: { T: 4096 }, storage: {} };
const choice = { config: {}, from: "asked for" };
const timed = (usOf: (axes: Axes) => number) => (axes: Axes): Promise<Trial> => {
  const us = usOf(axes);
  const timing = {
    medianUs: us,
    madUs: 0,
    lowUs: us,
    highUs: us,
    samples: 1,
    repeats: 1,
    clock: "wall" as const,
  };
  return Promise.resolve({ ...sampleTrial(), axes, timing });
};
const pairs = ({ T, C }: Axes) => T * C + T * (T + 1) / 2;

Deno.test("integratedRow() agrees where time follows the pairs of attention", async () => {
  const row = await integratedRow(timed(pairs), workload, choice);
  assert(row.passed && Math.abs(row.difference) < 1e-9, `${row.difference}`);
  assertEquals([row.windowTokens, row.prefixes], [256, [0, 256, 768, 1792, 3840]]);
});

Deno.test("integratedRow() disagrees where a window costs more than its share", async () => {
  const row = await integratedRow(timed((axes) => pairs(axes) + 1e5), workload, choice);
  assert(!row.passed && row.difference > 0.05, `${row.difference}`);
});

Deno.test("integratedRow() refuses a family without a prefix, and a call that failed, in one sentence", async () => {
  const refused = async (run: (axes: Axes) => Promise<Trial>, family: string) => {
    const error = await integratedRow(run, { ...workload, family, axes: {} }, choice).catch((e) => e);
    assert(error instanceof Error && !error.message.includes("\n"));
    return error.message;
  };
  assert((await refused(timed(pairs), "kda_prefill")).includes("it takes no cached prefix"));
  const { timing: _, ...rest } = sampleTrial();
  const failed = () => Promise.resolve<Trial>({ ...rest, status: "runtime_error", reason: "out of memory" });
  assert((await refused(failed, "mla_prefill")).includes("runtime_error, out of memory"));
});
