import { LEAST_LIMITS } from "../../../profiles/capabilities.ts";
import { SAMPLE_DEVICE } from "../sample_request.ts";

/** What a fake device was asked for. */
export interface FakeBuffer {
  readonly size: number;
  readonly label?: string;
  readonly usage: number;
  content?: ArrayBuffer;
  destroyed: boolean;
  destroy(): void;
}
export interface FakeDispatch {
  readonly file: string;
  readonly code: string;
  readonly workgroups: readonly number[];
  /** The uniform block. */
  readonly words: DataView;
  /** Resources by binding. */
  readonly bound: Readonly<Record<number, { buffer: FakeBuffer; offset: number; size: number }>>;
}

export interface FakeOptions {
  readonly info?: Record<string, unknown>;
  readonly features?: readonly string[];
  readonly limits?: Record<string, number>;
  /** Whether `enable subgroups;` is refused. */
  readonly naga?: boolean;
}

/** The GPU of sample_request.ts as a device of Dawn tells it, which computes nothing and remembers what it was asked for. */
export function fakeDevice({ info = {}, features, limits = {}, naga = false }: FakeOptions = {}) {
  const buffers: FakeBuffer[] = [];
  const pipelines: string[] = [];
  let groups = 0;
  let error: unknown = null;
  const compile = ({ compute: { module: { label, code } } }: Descriptor) => {
    pipelines.push(label);
    return { file: label, code };
  };
  const device = {
    features: new Set(features ?? SAMPLE_DEVICE.features),
    limits: { ...LEAST_LIMITS, ...SAMPLE_DEVICE.limits, ...limits },
    adapterInfo: {
      vendor: SAMPLE_DEVICE.vendor,
      architecture: SAMPLE_DEVICE.architecture,
      device: "nvidia-h100-80gb-hbm3",
      description: SAMPLE_DEVICE.driver,
      subgroupMinSize: 32,
      subgroupMaxSize: 32,
      ...info,
    },
    queue: {
      writeBuffer: (
        buffer: FakeBuffer,
        _offset: number,
        content: ArrayBuffer,
      ) => (buffer.content = content.slice(0)),
    },
    pushErrorScope: () => (error = null),
    popErrorScope: () => Promise.resolve(error),
    createShaderModule: (module: { label?: string; code: string }) => {
      if (naga && module.code.includes("enable subgroups;")) error = new Error("not implemented in naga");
      return module;
    },
    createBuffer: (descriptor: { size: number; label?: string; usage: number }) => {
      const buffer = { ...descriptor, destroyed: false, destroy: () => void (buffer.destroyed = true) };
      buffers.push(buffer);
      return buffer;
    },
    createBindGroupLayout: (layout: unknown) => layout,
    createPipelineLayout: (layout: unknown) => layout,
    createComputePipeline: compile,
    createComputePipelineAsync: (descriptor: Descriptor) => Promise.resolve(compile(descriptor)),
    createBindGroup: (group: unknown) => (groups++, group),
  };
  return {
    device: device as unknown as GPUDevice,
    /** Every buffer that was ever made. */
    buffers,
    /** Files in the order in which they were compiled. */
    pipelines,
    groupsMade: () => groups,
  };
}

interface Descriptor {
  readonly compute: { readonly module: { readonly label: string; readonly code: string } };
}

/** A buffer of the caller's. */
export function fakeBuffer(size: number): GPUBuffer {
  return { size } as unknown as GPUBuffer;
}

/** A compute pass and the dispatches encoded into it. */
export function fakePass() {
  const dispatches: FakeDispatch[] = [];
  let pipeline = { file: "", code: "" };
  let bound: FakeDispatch["bound"] = {};
  const pass = {
    setPipeline: (given: typeof pipeline) => (pipeline = given),
    setBindGroup: (
      _: number,
      { entries }: { entries: { binding: number; resource: never }[] },
    ) => (bound = Object.fromEntries(entries.map(({ binding, resource }) => [binding, resource]))),
    dispatchWorkgroups: (...workgroups: number[]) =>
      dispatches.push({ ...pipeline, workgroups, bound, words: new DataView(bound[0].buffer.content!) }),
  };
  return { pass: pass as unknown as GPUComputePassEncoder, dispatches };
}
