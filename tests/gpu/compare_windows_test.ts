// `compareWindows`: small limits cut small inputs as a million tokens are cut on a GPU; what goes wrong between windows shows.
import type { AnyFamily, Plan } from "../../kernels/core/family.ts";
import { type Config, initialConfig } from "../../kernels/core/space.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { compareWindows } from "../../tuner/compare_windows.ts";
import { assert, assertEquals } from "../assert.ts";
import { missingFeatures, testDevice } from "./open_test_device.ts";

const opened = await testDevice();
const family = familyNamed("kda_prefill");
const config: Config = { ...initialConfig<Config>(family.space), unroll: false };
const axes = { B: 1, T: 700, H: 2, K: 64, V: 64 };

/** The device with bindings that hold this part of q. */
function withBinding(part: number) {
  const { B, T, H, K } = axes;
  const limits = { ...opened!.capabilities.limits, maxStorageBufferBindingSize: part * B * T * H * K * 4 };
  return { ...opened!, capabilities: { ...opened!.capabilities, limits } };
}

function gpuTest(name: string, fn: () => Promise<void>) {
  Deno.test({ name: name + missingFeatures(opened), ignore: !opened, fn });
}

gpuTest(
  "compareWindows() finds windows of n and n - 1 tokens to agree, tensors in several buffers",
  async () => {
    for (const windowTokens of [undefined, 37]) {
      const { runs, errors, sampledTokens, passed } = await compareWindows(withBinding(0.4), family, {
        axes,
        config,
        windowTokens,
      });
      assert(passed, JSON.stringify(errors));
      assertEquals(Object.keys(errors), ["o", "final_state"]);
      assertEquals(runs[1].windowTokens, runs[0].windowTokens - 1);
      assert(runs[0].buffers > 10 && runs[1].windows > 3 && sampledTokens > 130);
      for (const run of runs) {
        assertEquals(run.dispatches, 2 * run.windows);
        assert(run.scratchBytes > 0 && run.longestDispatchMs <= run.totalMs);
      }
    }
  },
);

/** The family with another plan for windows of 36 tokens. */
function withPlan(change: (plan: Plan) => Plan): AnyFamily {
  return {
    ...family,
    plan: (axes, config, device, options) => {
      const plan = family.plan(axes, config, device, options);
      return options?.windowTokens === 36 ? change(plan) : plan;
    },
  };
}

gpuTest("compareWindows() finds a window left out, and one that ends a token early", async () => {
  const leftOut = withPlan((plan) => ({ ...plan, passes: plan.passes.toSpliced(6, 2) }));
  const early = withPlan((plan) => ({
    ...plan,
    passes: plan.passes.with(7, {
      ...plan.passes[7],
      params: plan.passes[7].params.map((p) => p.name === "last" ? { ...p, value: p.value - 1 } : p),
    }),
  }));
  for (const broken of [leftOut, early]) {
    const { passed, errors } = await compareWindows(opened!, broken, { axes, config, windowTokens: 37 });
    assert(!passed, JSON.stringify(errors));
  }
});
