import type { Plan } from "../kernels/core/family.ts";
import { STAGE_COMPUTE } from "./webgpu_flags.ts";

/** A shader the device would not take: its WGSL compiler's message. */
export class CompileError extends Error {
  override name = "CompileError";
}

/** A pass as the device takes it: its pipeline, and the layout its buffers are bound by. */
export interface CompiledPass {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Pipelines of one device by WGSL text, so that windows of a long input share one. */
export class PipelineCache {
  readonly #known = new Map<string, CompiledPass>();

  async get(device: GPUDevice, pass: Plan["passes"][number]): Promise<CompiledPass> {
    const key = pass.buffers.map((b) => b.access).join() + "\n" + pass.code;
    const known = this.#known.get(key);
    if (known) return known;
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ label: pass.label, code: pass.code });
    const layout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: STAGE_COMPUTE, buffer: { type: "uniform" } },
        ...pass.buffers.map((b, i): GPUBindGroupLayoutEntry => ({
          binding: i + 1,
          visibility: STAGE_COMPUTE,
          buffer: { type: b.access === "read" ? "read-only-storage" : "storage" },
        })),
      ],
    });
    let pipeline: GPUComputePipeline | undefined;
    let failure = "";
    try {
      pipeline = await device.createComputePipelineAsync({
        label: pass.label,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: pass.entryPoint },
      });
    } catch (error) {
      failure = (error as Error).message;
    }
    const invalid = await device.popErrorScope();
    if (invalid || !pipeline) {
      throw new CompileError(`Cannot compile pass ${pass.label}: ${invalid?.message ?? failure}`);
    }
    const compiled = { pipeline, layout };
    this.#known.set(key, compiled);
    return compiled;
  }
}
