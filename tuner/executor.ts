import type { BufferSpec, Plan, Range, Tensor, Tensors } from "../kernels/core/family.ts";
import { bindingBytes, bufferBytes, DTYPE_BYTES } from "../kernels/core/fit.ts";
import { decodeBuffer, encodeTensor, poisonBlock } from "./buffer_codec.ts";
import { clearBuffer, fillBuffer, readSpans } from "./buffer_io.ts";
import type { CompiledPass, PipelineCache } from "./pipeline_cache.ts";
import { BUFFER_USAGE } from "./webgpu_flags.ts";

const USAGE = BUFFER_USAGE.STORAGE | BUFFER_USAGE.COPY_SRC | BUFFER_USAGE.COPY_DST;
const SUBMITTED_STEPS = 8;

/** A dispatch ready to encode. */
export interface Step {
  /** Of the plan's pass. */
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** A plan with its pipelines compiled and its buffers allocated on one device. */
export class Execution {
  readonly steps: readonly Step[];
  readonly compileMs: number;
  readonly #device: GPUDevice;
  readonly #plan: Plan;
  readonly #buffers: ReadonlyMap<string, GPUBuffer>;
  readonly #uniforms: readonly GPUBuffer[];

  private constructor(
    device: GPUDevice,
    plan: Plan,
    buffers: ReadonlyMap<string, GPUBuffer>,
    uniforms: readonly GPUBuffer[],
    steps: readonly Step[],
    compileMs: number,
  ) {
    this.#device = device;
    this.#plan = plan;
    this.#buffers = buffers;
    this.#uniforms = uniforms;
    this.steps = steps;
    this.compileMs = compileMs;
  }

  /**
   * Compiles and allocates; outputs and scratch are those of `sharing` where one is given, which then must outlive it.
   * Throws CompileError with the compiler's message, and RangeError where memory runs out.
   */
  static async prepare(
    device: GPUDevice,
    plan: Plan,
    pipelines: PipelineCache,
    sharing?: Execution,
  ): Promise<Execution> {
    const start = performance.now();
    const compiled: CompiledPass[] = [];
    for (const pass of plan.passes) compiled.push(await pipelines.get(device, pass));
    const compileMs = performance.now() - start;
    device.pushErrorScope("out-of-memory");
    const buffers = new Map(plan.buffers.map((b) => {
      const shared = sharing && b.from === undefined ? sharing.#buffers.get(b.name) : undefined;
      return [b.name, shared ?? device.createBuffer({ label: b.name, size: bufferBytes(b), usage: USAGE })];
    }));
    const uniforms: GPUBuffer[] = [];
    const steps = plan.passes.map((pass, i) => {
      const uniform = device.createBuffer({
        size: Math.max(16, Math.ceil(pass.params.length / 4) * 16),
        usage: BUFFER_USAGE.UNIFORM | BUFFER_USAGE.COPY_DST,
      });
      uniforms.push(uniform);
      device.queue.writeBuffer(uniform, 0, paramWords(pass.params));
      const bindGroup = device.createBindGroup({
        layout: compiled[i].layout,
        entries: [
          { buffer: uniform },
          ...pass.buffers.map((bound) => {
            const buffer = buffers.get(bound.name);
            const spec = plan.buffers.find((b) => b.name === bound.name);
            if (!buffer || !spec) {
              throw new RangeError(
                `Cannot bind "${bound.name}" in pass ${pass.label}: the plan has no such buffer`,
              );
            }
            const offset = (bound.range?.offset ?? 0) * DTYPE_BYTES[spec.dtype];
            return { buffer, offset, size: bindingBytes(spec, bound.range) };
          }),
        ].map((resource, binding) => ({ binding, resource })),
      });
      return { label: pass.label, pipeline: compiled[i].pipeline, bindGroup, workgroups: pass.workgroups };
    });
    const memory = await device.popErrorScope();
    const execution = new Execution(device, plan, buffers, uniforms, steps, compileMs);
    if (memory) {
      execution.destroy();
      throw new RangeError(`Cannot allocate the buffers of ${plan.id}: ${memory.message}`);
    }
    return execution;
  }

  /**
   * Fills inputs and states from host tensors (zeros where one is absent) and everything else with NaN. `encode` may
   * remember what it has encoded.
   */
  upload(tensors: Tensors, encode = encodeTensor): void {
    for (const spec of this.#plan.buffers) {
      const source = spec.from === undefined ? undefined : tensors[spec.from];
      const buffer = this.#buffers.get(spec.name)!;
      if (source) fillBuffer(this.#device, buffer, bufferBytes(spec), encode(source, spec));
      else if (spec.from === undefined) this.fill(spec, poisonBlock(spec));
      else clearBuffer(this.#device, buffer, bufferBytes(spec));
    }
  }

  /**
   * Fills a buffer with `block` over and over; its length must be a multiple of 4 bytes. Buffers that share a host
   * tensor go on where the one before them ends.
   */
  fill(spec: BufferSpec, block: Uint8Array<ArrayBuffer>): void {
    const phase = (spec.part?.offset ?? 0) * DTYPE_BYTES[spec.dtype] % block.byteLength;
    fillBuffer(this.#device, this.#buffers.get(spec.name)!, bufferBytes(spec), block, phase);
  }

  /** Encodes one call into `pass`, or only its passes of these labels. */
  encode(pass: GPUComputePassEncoder, labels?: ReadonlySet<string>): void {
    for (const step of this.steps) {
      if (!labels || labels.has(step.label)) encodeStep(pass, step);
    }
  }

  /** Submits one call, a few dispatches at a time: some systems drop a device that one submission keeps for seconds. */
  run(): void {
    for (let first = 0; first < this.steps.length; first += SUBMITTED_STEPS) {
      const encoder = this.#device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const step of this.steps.slice(first, first + SUBMITTED_STEPS)) encodeStep(pass, step);
      pass.end();
      this.#device.queue.submit([encoder.finish()]);
    }
  }

  /** Reads every output back; shapes are flat, the caller knows the axes. */
  async download(): Promise<Record<string, Tensor>> {
    const outputs: Record<string, Tensor> = {};
    for (const spec of this.#plan.buffers) {
      if (spec.to === undefined) continue;
      const buffer = this.#buffers.get(spec.name)!;
      const bytes = await readSpans(this.#device, [{ buffer, offset: 0, size: bufferBytes(spec) }]);
      const held = decodeBuffer(bytes, spec);
      if (!spec.part) outputs[spec.to] = held;
      else {
        const { of, offset } = spec.part;
        outputs[spec.to] ??= {
          shape: [of],
          data: held.data instanceof Int32Array ? new Int32Array(of) : new Float32Array(of),
        };
        outputs[spec.to].data.set(held.data, offset);
      }
    }
    return outputs;
  }

  /** Elements of an output in the buffers' order, range after range, each of whole words. */
  async read(output: string, ranges: readonly Range[]): Promise<Tensor> {
    const specs = this.#plan.buffers.filter((b) => b.to === output);
    const { dtype } = specs[0];
    const spans = ranges.flatMap(({ offset, length }) =>
      specs.flatMap(({ name, part, length: held }) => {
        const start = part?.offset ?? 0;
        const first = Math.max(offset, start);
        const elements = Math.min(offset + length, start + held) - first;
        if (elements <= 0) return [];
        const bytes = DTYPE_BYTES[dtype];
        return { buffer: this.#buffers.get(name)!, offset: (first - start) * bytes, size: elements * bytes };
      })
    );
    const length = ranges.reduce((sum, range) => sum + range.length, 0);
    return decodeBuffer(await readSpans(this.#device, spans), {
      name: output,
      dtype,
      length,
      role: "output",
    });
  }

  destroy(): void {
    for (const buffer of [...this.#buffers.values(), ...this.#uniforms]) buffer.destroy();
  }
}

/** Encodes one dispatch. */
export function encodeStep(pass: GPUComputePassEncoder, step: Step): void {
  pass.setPipeline(step.pipeline);
  pass.setBindGroup(0, step.bindGroup);
  pass.dispatchWorkgroups(...step.workgroups);
}

function paramWords(params: Plan["passes"][number]["params"]): ArrayBuffer {
  const bytes = new ArrayBuffer(Math.max(4, params.length * 4));
  const view = new DataView(bytes);
  params.forEach((p, i) =>
    p.type === "f32" ? view.setFloat32(i * 4, p.value, true) : view.setUint32(i * 4, p.value, true)
  );
  return bytes;
}
