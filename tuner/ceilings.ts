import type { Plan, Work } from "../kernels/core/family.ts";
import { definePass } from "../kernels/core/pass.ts";
import type { Ceilings } from "../profiles/schema.ts";
import { fmaPlan } from "./clock_probe.ts";
import { Execution } from "./executor.ts";
import { matrixPlan } from "./matrix_rate.ts";
import { measure } from "./measure.ts";
import type { OpenDevice } from "./open_device.ts";
import { PipelineCache } from "./pipeline_cache.ts";
import bandwidthCode from "./read_bandwidth.wgsl" with { type: "text" };
import { Timer, timestampQuantumNs } from "./timer.ts";

const THREADS = 256;

/** Measures the device's own limits once: read bandwidth, f32 FMA rate, matrix rate and the clock's quantum. */
export async function measureCeilings(opened: OpenDevice): Promise<Ceilings> {
  const { device, capabilities, record } = opened;
  const quantumNs = await timestampQuantumNs(device);
  const timer = new Timer(device);
  const best = async (plan: Plan) => {
    const execution = await Execution.prepare(device, plan, new PipelineCache());
    try {
      execution.upload({});
      const timing = await measure(timer, [execution], {
        quantumNs,
        samples: 7,
        spanCapUs: 200_000,
        warmUp: record.software ? undefined : { leastUs: 600_000 },
      });
      return timing.medianUs;
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
  const readUs = await best(bandwidth);
  const fmaUs = await best(fma.plan);
  const matrix = matrixPlan(capabilities, groups, record.software ? 4 : 1024);
  const matrixUs = matrix && await best(matrix.plan);
  timer.destroy();
  return {
    readGBps: vectors * 16 / readUs / 1e3,
    f32Tflops: fma.flops / fmaUs / 1e6,
    ...(matrix && { matrixTflops: matrix.flops / matrixUs! / 1e6 }),
    timestampQuantumNs: quantumNs,
    measuredAt: new Date().toISOString(),
  };
}

/** The least time the measured ceilings allow for some work, us. */
export function floorUs(work: Work, ceilings: Ceilings): number {
  const { readGBps, f32Tflops, matrixTflops = f32Tflops } = ceilings;
  const tflops = work.unit === "matrix" ? matrixTflops : f32Tflops;
  return Math.max(work.bytes / readGBps / 1e3, work.flops / tflops / 1e6);
}
