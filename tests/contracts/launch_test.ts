// Every family's launches against its plans: the same numbers at sizes drawn at random, as long as the conditions hold.
import { evaluate, extend, rounds } from "../../exporters/wgsl/runtime/formula.js";
import type { AnyFamily, Axes, Capabilities, Plan } from "../../kernels/core/family.ts";
import { fit } from "../../kernels/core/fit.ts";
import type { Launch } from "../../kernels/core/launch.ts";
import { Random } from "../../kernels/core/random.ts";
import { type Config, formulations, initialConfig } from "../../kernels/core/space.ts";
import { neighbours } from "../../kernels/core/walk_space.ts";
import { families } from "../../kernels/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { MATRIX_DEVICE } from "./devices.ts";

/** Bindings hold whatever is asked for, as in an export; scratch is bound by the families' own bound. */
const DEVICE: Capabilities = {
  ...MATRIX_DEVICE,
  subgroupSize: { min: 32, max: 32 },
  limits: { ...MATRIX_DEVICE.limits, maxStorageBufferBindingSize: 2 ** 45, maxBufferSize: 2 ** 45 },
};
const SIZES_EACH = 12;

for (const family of families) {
  for (const formulation of formulations(family.space)) {
    const words = formulation === undefined ? "" : ` of ${formulation}`;
    Deno.test(`launches()${words} give the numbers of plan(): ${family.name}`, () => {
      assert(family.launches, `${family.name} has no launches()`);
      const initial = initialConfig<Config>(family.space, formulation);
      const configs = [
        initial,
        ...neighbours(family.space, initial).filter((c) => c.formulation === formulation),
      ];
      const random = new Random(17);
      let compared = 0;
      for (const config of configs) {
        for (let i = 0; i < SIZES_EACH; i++) compared += compare(family, config, drawAxes(family, random));
      }
      assert(compared >= 2 * SIZES_EACH, `only ${compared} sizes were compared`);
    });
  }
}

/** Compares at the sample and at other sizes of the same text; returns how many could be. */
function compare(family: AnyFamily, config: Config, axes: Axes): number {
  if (!planAt(family, axes, config)) return 0;
  let compared = 0;
  const random = new Random(axes.H);
  for (const launch of family.launches!(axes, config, DEVICE)) {
    const { passes } = family.plan(launch.sample, config, DEVICE);
    const codes = new Map(passes.map(({ label, code }) => [label, code]));
    for (const size of [launch.sample, axes, ...Array.from({ length: 3 }, () => drawAxes(family, random))]) {
      // Axes that a text holds exactly: those with a few legal values.
      const exact = Object.keys(axes).filter((name) => family.axes[name].oneOf);
      const asked = { ...size, ...Object.fromEntries(exact.map((name) => [name, axes[name]])) };
      const plan = planAt(family, asked, config);
      if (!plan) continue;
      const names = namesOf(launch, asked);
      const same = plan.passes.every(({ label, code }) => codes.get(label) === code) &&
        plan.passes.some(({ label }) => codes.has(label));
      if (!launch.holds.every((formula) => evaluate(formula, names))) {
        assert(size !== launch.sample, `${plan.id}: the sample breaks a condition of its own`);
        continue;
      }
      // A plan takes fewer splits for a small cache; the launch keeps its own.
      if (splitsIn(plan) !== launch.passes[0].params.splits) continue;
      assert(same, `${plan.id} ${JSON.stringify(asked)}: the conditions hold, but the text is another`);
      assertEquals(numbersOf(launch, names), numbersIn(plan), `${plan.id} ${JSON.stringify(asked)}`);
      compared++;
    }
  }
  return compared;
}

/** The plan at these sizes; undefined where the device refuses it. */
function planAt(family: AnyFamily, axes: Axes, config: Config): Plan | undefined {
  try {
    return fit(family.plan(axes, config, DEVICE), DEVICE);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Slices of a cache, as a formula; undefined where the family has none. */
function splitsIn({ passes: [{ params }] }: Plan): string | undefined {
  return params.find(({ name }) => name === "splits")?.value.toString();
}

function namesOf(launch: Launch, axes: Axes) {
  const { maxStorageBufferBindingSize: maxBinding, maxComputeWorkgroupsPerDimension: maxGroups } =
    DEVICE.limits;
  return extend(launch.lets, { ...axes, maxBinding, maxGroups });
}

function numbersOf(launch: Launch, names: Record<string, number>) {
  const value = (formula: string, at = names) => evaluate(formula, at);
  return {
    lengths: Object.fromEntries(Object.entries(launch.lengths).map(([name, f]) => [name, value(f)])),
    passes: rounds(launch.loops, names).flatMap((at) =>
      launch.passes.map(({ label, params, workgroups }) => ({
        label,
        params: Object.fromEntries(Object.entries(params).map(([name, f]) => [name, value(f, at)])),
        workgroups: workgroups.map((f) => value(f, at)),
      }))
    ),
  };
}

function numbersIn(plan: Plan) {
  return {
    lengths: Object.fromEntries(plan.buffers.map(({ name, length }) => [name, length])),
    passes: plan.passes.map(({ label, params, workgroups }) => ({
      label,
      params: Object.fromEntries(
        params.filter((p) => p.type === "u32").map(({ name, value }) => [name, value]),
      ),
      workgroups: [...workgroups],
    })),
  };
}

/** Sizes of the order of real calls, small ones too, by powers of two and a bit. */
function drawAxes(family: AnyFamily, random: Random): Axes {
  const axes: Record<string, number> = {};
  for (const [name, { min, max, oneOf }] of Object.entries(family.axes)) {
    if (oneOf) axes[name] = oneOf[random.below(oneOf.length)];
    else {
      const most = Math.min(max, MOST[name] ?? 8);
      axes[name] = Math.max(
        min,
        Math.floor(2 ** (random.below(1000) / 1000 * Math.log2(most + 1))) - random.below(2),
      );
    }
  }
  // KV heads that heads share evenly.
  if ("G" in axes && axes.G > 0) axes.H = axes.G * (1 + random.below(8));
  return axes;
}
const MOST: Readonly<Record<string, number>> = {
  T: 1 << 18,
  S: 1 << 18,
  C: 1 << 18,
  H: 64,
  N: 4096,
  B: 16,
  P: 4096,
};
