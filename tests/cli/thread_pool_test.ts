// ThreadPool and ReferenceCases: answers in order of asking, an error costs its own task, heads on threads make up the whole.
import { rejects } from "node:assert/strict";
import { ReferenceCases } from "../../cli/reference_cases.ts";
import { ThreadPool } from "../../cli/thread_pool.ts";
import type { Tensors } from "../../kernels/core/family.ts";
import { storable } from "../../kernels/core/storable.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { assert, assertEquals } from "../assert.ts";

const THREAD = new URL("../../cli/reference_thread.ts", import.meta.url);
const axes = { N: 2, H: 3, K: 64, V: 64 };
const inputsTask = { kind: "inputs", family: "kda_decode", axes, seed: 1, regime: "floor" };

Deno.test("ThreadPool.run() answers each task, and an error ends its own task alone", async () => {
  const pool = new ThreadPool(THREAD, 2);
  try {
    const results = await Promise.allSettled(
      [inputsTask, { ...inputsTask, regime: "flor" }, inputsTask].map((task) => pool.run<Tensors>(task)),
    );
    assertEquals(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
    const g = (results[2] as PromiseFulfilledResult<Tensors>).value.g.data;
    assert(g.buffer instanceof SharedArrayBuffer && g.every((x: number) => x === -5));
  } finally {
    pool.close();
  }
  await rejects(pool.run({ ...inputsTask, family: "kda" }), /RangeError: Unknown family "kda"/);
  pool.close();
});

Deno.test("ReferenceCases.take() gives the family's own answer, and begins the next case", async () => {
  const cases = new ReferenceCases();
  try {
    const family = familyNamed("kda_decode");
    const request = (regime: string) => ({ family: "kda_decode", axes, seed: 1, regime });
    const floor = cases.take(request("floor"), request("weak"));
    const weak = cases.take(request("weak"));
    for (const [regime, coming] of Object.entries({ floor, weak })) {
      const inputs = storable(family, family.inputsFor(axes, 1, regime));
      assertEquals(await coming.expected, family.reference(axes, inputs));
      assertEquals((await coming.inputs).axes, axes);
    }
    assertEquals(cases.heads, 2 * axes.H);
    assertEquals(cases.take(request("weak")), weak);
    await rejects(cases.take(request("none")).expected, /Unknown inputs "none"/);
  } finally {
    cases.close();
  }
});
