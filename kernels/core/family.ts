import type { Launch } from "./launch.ts";
import type { Config, Space } from "./space.ts";

/** Sizes of one call by axis letter, as in `{ B: 1, T: 8192, H: 32, K: 128, V: 128 }`. */
export type Axes = Readonly<Record<string, number>>;

/** A dense row-major array on the host. Integers travel as Int32Array, everything else as floats. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
}
export type Tensors = Readonly<Record<string, Tensor>>;

/** A size letter of a family, its default and its legal range. */
export interface AxisSpec {
  readonly doc: string;
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  /** The only legal values, where not every number between min and max is one. */
  readonly oneOf?: readonly number[];
  /** The axis whose members share this one's evenly: H of KV heads. */
  readonly sharedBy?: string;
}

/** A tensor of a family's public interface. */
export interface TensorSpec {
  /** Axis letters or numbers, as in `["B", "T", "H", "K"]`. Letters that are no axis are free (pages of a cache). */
  readonly shape: readonly (string | number)[];
  readonly dtype: "f32" | "i32";
  readonly doc: string;
  /** The storage choice under which callers hold the last two axes the other way round, as in `{ stateLayout: "VK" }`. */
  readonly swappedBy?: Config;
  /** Where the tensor may be left out: what stands in for it. */
  readonly optional?: "zeros";
}

/** What a device grants, as far as a plan needs to know. */
export interface Capabilities {
  /** WGSL front end: `naga` rejects `enable subgroups;`, `tint` demands it. */
  readonly engine: "naga" | "tint";
  readonly features: readonly string[];
  readonly limits: Limits;
  /** Sizes a subgroup may have; absent without the feature. */
  readonly subgroupSize?: { readonly min: number; readonly max: number };
  /** Shapes of the matrix unit, as the adapter lists them; absent without the feature. */
  readonly subgroupMatrices?: readonly SubgroupMatrix[];
}

/** One product a subgroup computes: [M, K] x [K, N], operands of one type, the sum in another. */
export interface SubgroupMatrix {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}
export interface Limits {
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxComputeWorkgroupSizeX: number;
  readonly maxComputeWorkgroupSizeY: number;
  readonly maxComputeWorkgroupSizeZ: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  readonly maxStorageBuffersPerShaderStage: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
}

export type BufferDtype = "f32" | "f16" | "u32" | "i32";

/** A device buffer of a plan. A `state` buffer is read and written in place. */
export interface BufferSpec {
  readonly name: string;
  readonly dtype: BufferDtype;
  /** Elements. */
  readonly length: number;
  readonly role: "input" | "output" | "state" | "scratch";
  /** Host tensor uploaded into it (inputs and states). */
  readonly from?: string;
  /** Host tensor read back from it (outputs and states). */
  readonly to?: string;
  /** Where several buffers share a host tensor: this one's first element, and how many elements they have together. */
  readonly part?: { readonly offset: number; readonly of: number };
  /** Sizes of the host tensor's last two axes, where the buffer has them the other way round. */
  readonly swapped?: readonly [rows: number, columns: number];
}

/** One word of a pass's uniform block, in order. */
export interface Param {
  readonly name: string;
  readonly type: "u32" | "f32";
  readonly value: number;
}

/** Elements of a buffer a pass sees; its byte offset must be a multiple of 256. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** A storage buffer of a pass, whole or in part. */
export interface BoundBuffer {
  readonly name: string;
  readonly access: "read" | "read_write";
  readonly range?: Range;
}

/** One dispatch. Binding 0 is the uniform block of `params`; bindings 1.. are `buffers` in order. */
export interface Pass {
  readonly label: string;
  readonly code: string;
  readonly entryPoint: string;
  readonly features: readonly string[];
  readonly params: readonly Param[];
  readonly buffers: readonly BoundBuffer[];
  readonly workgroups: readonly [number, number, number];
  readonly workgroupSize: readonly [number, number, number];
  /** Bytes of workgroup memory. */
  readonly workgroupBytes: number;
}

/** Everything needed to run a variant at one size: pure data. */
export interface Plan {
  /** The variant's id. */
  readonly id: string;
  readonly buffers: readonly BufferSpec[];
  readonly passes: readonly Pass[];
  /** Largest legal RMS error ratio against the float64 reference. */
  readonly tolerance: number;
  /** Tokens of each window, where the family works through long inputs in several. */
  readonly windows?: readonly { readonly first: number; readonly count: number }[];
}

/** Scalars a caller may override. */
export interface Scalars {
  /** Factor on q (KDA) or on the scores (MLA); each family has its default. */
  readonly scale?: number;
}

/** What a caller may ask of a plan beside its config. */
export interface PlanOptions extends Scalars {
  /** Most tokens a window may hold, where the family works in windows; its own choice where that is fewer. */
  readonly windowTokens?: number;
}

/** Operations and unavoidable bytes of one call, for the roofline. */
export interface Work {
  readonly flops: number;
  readonly bytes: number;
  /** `matrix`: a config that computes its products on matrix units; absent: f32 multiply-adds. */
  readonly unit?: "matrix";
}

/** A kernel: its space of variants, how each runs, and what is right. */
export interface KernelFamily<C extends Config = Config> {
  readonly name: string;
  readonly doc: string;
  readonly axes: Readonly<Record<string, AxisSpec>>;
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly outputs: Readonly<Record<string, TensorSpec>>;
  readonly space: Space<C>;
  /** Throws RangeError with the reason where this config cannot run at these sizes on this device. */
  plan(axes: Axes, config: C, device: Capabilities, options?: PlanOptions): Plan;
  /**
   * What `plan` answers, as formulas of the axes that the config's text leaves free: for exports. Several where sizes
   * beyond these need another text. The test of contracts holds them to `plan`.
   */
  launches?(axes: Axes, config: C, device: Capabilities): readonly Launch[];
  /** The float64 answer, slow and obvious. */
  reference(axes: Axes, inputs: Tensors, scalars?: Scalars): Tensors;
  /** Kinds of inputs that are hard on a kernel, by name, each with what it is. */
  readonly regimes?: Readonly<Record<string, string>>;
  /** Seeded inputs in honest ranges, or of a regime. Throws RangeError for a regime there is none of. */
  inputsFor(axes: Axes, seed: number, regime?: string): Tensors;
  /**
   * Integer tensors (tables, lengths) at full size, where a family has them: timing repeats floats, never these. Every
   * sequence is as long as the axes say, where those of inputsFor() may differ.
   */
  indicesFor?(axes: Axes, seed: number): Tensors;
  work(axes: Axes, config: C): Work;
  /** Sizes a variant is verified at, small enough for a software adapter; one has a ragged tail. */
  verifyAxes(axes: Axes): readonly Axes[];
  /** Sizes read off the caller's tensors. Throws TypeError naming the tensor and both shapes where they disagree. */
  axesOf(inputs: Tensors): Axes;
  /** Rules on values the shapes cannot show (g <= 0, pages in range). Throws RangeError naming the tensor. */
  checkInputs(axes: Axes, inputs: Tensors): void;
}

/** A family with its config type forgotten, for registries. */
// deno-lint-ignore no-explicit-any
export type AnyFamily = KernelFamily<any>;
