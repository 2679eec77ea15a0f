import { errorRatio } from "../../kernels/core/error_ratio.ts";
import type { Plan } from "../../kernels/core/family.ts";
import { definePass } from "../../kernels/core/pass.ts";
import { Execution } from "../../tuner/executor.ts";
import type { OpenDevice } from "../../tuner/open_device.ts";
import { PipelineCache } from "../../tuner/pipeline_cache.ts";
import { timestampQuantumNs } from "../../tuner/timer.ts";
import f16Code from "./numeric_check_f16.wgsl" with { type: "text" };
import f32Code from "./numeric_check.wgsl" with { type: "text" };

export interface NumericCheckReply {
  readonly checks: readonly { name: string; error: number; tolerance: number; passed: boolean }[];
  /** Smallest step of the timestamp clock, absent without timestamp queries. */
  readonly timestampQuantumNs?: number;
}

const LENGTH = 64;

/** Runs known arithmetic on the device and compares it with the host's. */
export async function numericCheckOp(opened: OpenDevice): Promise<NumericCheckReply> {
  const { capabilities } = opened;
  // Multiples of 1/4, exact in f16; the range kernels give exp2.
  const x = Float32Array.from({ length: LENGTH }, (_, i) => -i / 4);
  const expected: Record<string, { values: number[]; tolerance: number }> = {
    fma: { values: Array.from(x, (v) => v * v + 0.5), tolerance: 1e-6 },
    exp2: { values: Array.from(x, (v) => 2 ** v), tolerance: 1e-5 },
    sum: { values: [x.reduce((a, b) => a + b)], tolerance: 1e-6 },
  };
  const input = { name: "x", length: LENGTH, role: "input", from: "x" } as const;
  const output = (
    name: string,
    length = LENGTH,
  ) => ({ name: `${name}_out`, length, role: "output", to: name } as const);
  const f32: Plan = {
    id: "numeric_check",
    buffers: [
      { ...input, dtype: "f32" },
      { ...output("fma"), dtype: "f32" },
      { ...output("exp2"), dtype: "f32" },
      { ...output("sum", 1), dtype: "f32" },
    ],
    passes: [definePass(capabilities, {
      label: "numeric_check",
      code: f32Code,
      params: [],
      buffers: ["x", "*fma_out", "*exp2_out", "*sum_out"],
      workgroups: [1, 1, 1],
    })],
    tolerance: 0,
  };
  const results = await runPlan(opened, f32, x);
  if (capabilities.features.includes("shader-f16")) {
    expected.f16 = { values: Array.from(x, (v) => v / 2 + 1), tolerance: 1e-3 };
    Object.assign(
      results,
      await runPlan(opened, {
        id: "numeric_check_f16",
        buffers: [{ ...input, dtype: "f16" }, { ...output("f16"), dtype: "f16" }],
        passes: [definePass(capabilities, {
          label: "numeric_check_f16",
          code: f16Code,
          features: ["shader-f16"],
          params: [],
          buffers: ["x", "*f16_out"],
          workgroups: [1, 1, 1],
        })],
        tolerance: 0,
      }, x),
    );
  }
  const checks = Object.entries(expected).map(([name, { values, tolerance }]) => {
    const error = errorRatio(results[name].data, values);
    return { name, error, tolerance, passed: error <= tolerance };
  });
  return {
    checks,
    ...(capabilities.features.includes("timestamp-query") && {
      timestampQuantumNs: await timestampQuantumNs(opened.device),
    }),
  };
}

async function runPlan(opened: OpenDevice, plan: Plan, x: Float32Array) {
  const execution = await Execution.prepare(opened.device, plan, new PipelineCache());
  try {
    execution.upload({ x: { shape: [LENGTH], data: x } });
    execution.run();
    return await execution.download();
  } finally {
    execution.destroy();
  }
}
