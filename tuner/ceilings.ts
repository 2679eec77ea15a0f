import type { Plan, Tensors, Work } from "../kernels/core/family.ts";
import { definePass } from "../kernels/core/pass.ts";
import type { Ceilings } from "../profiles/schema.ts";
import { type DeviceSettings, deviceSettings, fmaPlan, SOFTWARE } from "./clock_probe.ts";
import { Execution } from "./executor.ts";
import { matrixPlans } from "./matrix_rate.ts";
import { measure } from "./measure.ts";
import type { OpenDevice } from "./open_device.ts";
import { PipelineCache } from "./pipeline_cache.ts";
import bandwidthCode from "./read_bandwidth.wgsl" with { type: "text" };
import { Timer, timestampQuantumNs } from "./timer.ts";

const THREADS = 256;
const WARM_UP_US = 300_000;
/** Enough for a second and a half of work: clocks that have not begun to rise yet look like clocks that are up. */
const LEAST_ROUNDS = 5;
const MOST_ROUNDS = 10;
/** A round that is faster by less brings nothing; after two such rounds the best one stands. */
const LEAST_GAIN = 0.02;
const IDLE_ROUNDS = 2;

/**
 * The shortest time of several rounds, which go on while they bring more.
 *
 * Why: clocks rise when they please. One round after 600 ms of work read 16 and 12 instead of 64 TFLOP/s (H200 through
 * Dawn, 2026-11-23), and with so low an expectation every later look at the clocks found them up.
 */
export async function bestOfRounds(time: () => Promise<number>): Promise<number> {
  let best = Infinity;
  for (
    let round = 0, idle = 0;
    round < LEAST_ROUNDS || (idle < IDLE_ROUNDS && round < MOST_ROUNDS);
    round++
  ) {
    const us = await time();
    idle = us < best * (1 - LEAST_GAIN) ? 0 : idle + 1;
    best = Math.min(best, us);
  }
  return best;
}

/** Measures the device's own limits once: read bandwidth, f32 FMA rate, matrix rate and the clock's quantum. */
export async function measureCeilings(opened: OpenDevice): Promise<Ceilings> {
  const { device, capabilities, record } = opened;
  const quantumNs = await timestampQuantumNs(device);
  const timer = new Timer(device);
  const timeOf = async (plan: Plan, inputs: Tensors = {}, settings?: DeviceSettings) => {
    const execution = await Execution.prepare(device, plan, new PipelineCache());
    try {
      execution.upload(inputs);
      const round = async () => {
        const { medianUs } = await measure(timer, [execution], {
          quantumNs,
          samples: 7,
          spanCapUs: 200_000,
          ...settings ?? (record.software ? SOFTWARE : { warmUp: { leastUs: WARM_UP_US } }),
        });
        return medianUs;
      };
      return record.software || settings ? await round() : await bestOfRounds(round);
    } finally {
      execution.destroy();
    }
  };

  const groups = record.software ? 16 : 2048;
  const share = groups * THREADS * 4;
  const most = Math.min(capabilities.limits.maxStorageBufferBindingSize, record.software ? 1 << 24 : 1 << 30);
  const vectors = Math.max(share, Math.floor(most / 16 / share) * share);
  const bandwidth: Plan = {
    id: "read_bandwidth",
    tolerance: 0,
    buffers: [
      { name: "source", dtype: "f32", length: vectors * 4, role: "input", from: "source" },
      { name: "sums", dtype: "f32", length: groups * THREADS * 4, role: "output", to: "sums" },
    ],
    passes: [definePass(capabilities, {
      label: "read_bandwidth",
      code: bandwidthCode,
      params: [{ name: "vectors", type: "u32", value: vectors }],
      buffers: ["source", "*sums"],
      workgroups: [groups, 1, 1],
    })],
  };
  const fma = fmaPlan(capabilities, groups, record.software ? 4 : 256);
  const readUs = await timeOf(bandwidth);
  const fmaUs = await timeOf(fma.plan);
  const ceilings: Ceilings = {
    readGBps: vectors * 16 / readUs / 1e3,
    f32Tflops: fma.flops / fmaUs / 1e6,
    timestampQuantumNs: quantumNs,
    measuredAt: new Date().toISOString(),
  };
  // Compiling matrix passes takes seconds, in which the clocks drop: the multiply-adds tell when they are back.
  const settings = await deviceSettings(opened, ceilings, timer);
  const matrixRates: number[] = [];
  for (const { plan, inputs, flops } of matrixPlans(capabilities, groups, record.software ? 4 : 256)) {
    matrixRates.push(flops / await timeOf(plan, inputs, settings) / 1e6);
  }
  timer.destroy();
  return { ...ceilings, ...(matrixRates.length > 0 && { matrixTflops: Math.max(...matrixRates) }) };
}

/** The least time the measured ceilings allow for some work, us. */
export function floorUs(work: Work, ceilings: Ceilings): number {
  const { readGBps, f32Tflops, matrixTflops = f32Tflops } = ceilings;
  const tflops = work.unit === "matrix" ? matrixTflops : f32Tflops;
  return Math.max(work.bytes / readGBps / 1e3, work.flops / tflops / 1e6);
}
