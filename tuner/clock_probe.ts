import type { Capabilities, Plan } from "../kernels/core/family.ts";
import { definePass } from "../kernels/core/pass.ts";
import type { Ceilings } from "../profiles/schema.ts";
import { Execution } from "./executor.ts";
import fmaCode from "./fma_rate.wgsl" with { type: "text" };
import type { MeasureOptions, WarmUp } from "./measure.ts";
import type { OpenDevice } from "./open_device.ts";
import { PipelineCache } from "./pipeline_cache.ts";
import type { Timer } from "./timer.ts";

const THREADS = 256;
/** Eight chains of vec4, sixteen deep, two operations each: see fma_rate.wgsl. */
const FLOPS_PER_ROUND = 16 * 8 * 4 * 2;

/** A pass of nothing but f32 multiply-adds, and how many operations it does. */
export function fmaPlan(device: Capabilities, groups: number, rounds: number): { plan: Plan; flops: number } {
  const plan: Plan = {
    id: "fma_rate",
    tolerance: 0,
    buffers: [{ name: "results", dtype: "f32", length: groups * THREADS * 4, role: "output", to: "results" }],
    passes: [definePass(device, {
      label: "fma_rate",
      code: fmaCode,
      unroll: true,
      params: [{ name: "rounds", type: "u32", value: rounds }, { name: "factor", type: "f32", value: 0.5 }],
      buffers: ["*results"],
      workgroups: [groups, 1, 1],
    })],
  };
  return { plan, flops: groups * THREADS * rounds * FLOPS_PER_ROUND };
}

const GROUPS = 2048;
const ROUNDS = 32;
/** A short burst reaches about 97 % of the long one the ceiling was measured with. */
const WARM_SHARE = 0.9;
const HEAT_SPAN_US = 5_000;
const LEAST_QUANTA = 50;
/** On a software adapter, whose times say nothing about a GPU: as short as the clock allows. */
export const SOFTWARE = { leastSpanUs: 200 };

export type DeviceSettings = Pick<MeasureOptions, "leastSpanUs" | "warmUp">;

/** How measure() treats a device: a GPU is brought to its clocks first, a software adapter has none. */
export async function deviceSettings(
  opened: OpenDevice,
  ceilings: Ceilings,
  timer: Timer,
): Promise<DeviceSettings> {
  return opened.record.software ? SOFTWARE : { warmUp: await ClockProbe.prepare(opened, ceilings, timer) };
}

/**
 * Tells whether the device runs at the clocks its ceiling was measured at, by a burst of multiply-adds, and brings it
 * there by more of them.
 *
 * Why: an idle GPU lowers its clocks. On an H200 (2026-11-23) a second of idling means 345 instead of 1980 MHz, and a
 * third of a second of unbroken work until they are back: the same kernel timed cold took three to five times as long.
 * Calls of a few us are no such work: a CPU can't queue them as fast as they run.
 */
export class ClockProbe implements WarmUp {
  /** Of the measured calls themselves, before the first look. */
  readonly leastUs = 5_000;
  #expectedUs: number;

  /** `expectedUs`: what a burst takes at full clocks, until one is faster. */
  constructor(
    readonly execution: Pick<Execution, "encode">,
    expectedUs: number,
    readonly timer: Pick<Timer, "spans">,
  ) {
    this.#expectedUs = expectedUs;
  }

  static async prepare(opened: OpenDevice, ceilings: Ceilings, timer: Timer): Promise<ClockProbe> {
    const { plan, flops } = fmaPlan(opened.capabilities, GROUPS, ROUNDS);
    const execution = await Execution.prepare(opened.device, plan, new PipelineCache());
    const burstUs = flops / ceilings.f32Tflops / 1e6;
    // A browser's rounded clock tells a burst at full clocks from a slow one only where it takes many steps.
    const bursts = Math.max(1, Math.ceil(LEAST_QUANTA * ceilings.timestampQuantumNs / 1e3 / burstUs));
    const encode = (pass: GPUComputePassEncoder) => {
      for (let i = 0; i < bursts; i++) execution.encode(pass);
    };
    return new ClockProbe({ encode }, burstUs * bursts, timer);
  }

  /** Whether a burst runs at nearly the rate measured once, or seen since: a ceiling may have been taken too low. */
  async isWarm(): Promise<boolean> {
    const [span] = await this.timer.spans(1, (pass) => this.execution.encode(pass));
    const share = this.#expectedUs / span;
    if (span > 0) this.#expectedUs = Math.min(this.#expectedUs, span);
    return share >= WARM_SHARE;
  }

  /** Bursts without a pause, as long as `us` at full clocks. */
  async heat(us: number): Promise<void> {
    const bursts = Math.max(1, Math.ceil(HEAT_SPAN_US / this.#expectedUs));
    await this.timer.spans(Math.ceil(us / HEAT_SPAN_US), (pass) => {
      for (let i = 0; i < bursts; i++) this.execution.encode(pass);
    });
  }
}
