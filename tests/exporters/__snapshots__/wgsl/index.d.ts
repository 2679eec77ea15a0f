/** Sizes of one call by axis letter; an axis that may be 0 may be left out. */
export type Axes = Readonly<Record<string, number>>;

/** A buffer, or a part of one; parts begin at multiples of 256 bytes. */
export type Binding = GPUBuffer | {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly size?: number;
};

export interface LoadOptions<S = Readonly<Record<string, string>>> {
  /** Storage types of your tensors, where they are not the first that each of the family's lists. */
  readonly storage?: S;
  /** The only variant to use, by its id, whatever device it was tuned on. */
  readonly variant?: string;
  /** `adapter.info`, for a device that `requestDevice` here did not make: devices tell less of themselves, or nothing. */
  readonly adapterInfo?: GPUAdapterInfo;
}

/** What serves a shape on this device. */
export interface Choice {
  /** The variant's id, `family:tunable=value;...`. */
  readonly id: string;
  /** How near its device is to this one; `portable`: the default, tuned on none; `other`: asked for by its id. */
  readonly rung: "adapter" | "architecture" | "vendor" | "portable" | "other";
  /** The workload bucket it won. */
  readonly bucket?: string;
  /** Its time and error on the device it was tuned on. */
  readonly measured?: {
    readonly axes: Axes;
    readonly timing: { readonly medianUs: number; readonly madUs: number };
    readonly error: number;
  };
  /** Largest RMS error ratio it was verified to. */
  readonly tolerance: number;
  /** Every buffer it binds; `scratch` is allocated for you, a `state` is read and written in place. */
  readonly buffers: Readonly<
    Record<string, {
      readonly bytes: number;
      readonly dtype: "f32" | "f16" | "u32" | "i32";
      readonly role: "input" | "output" | "state" | "scratch";
    }>
  >;
}

/** A kernel family on one device. Every method throws RangeError, with the reason, for a shape it can't serve. */
export interface Kernel<T extends string = string, A = Axes> {
  /** Which variant serves these sizes, and the buffers it needs. */
  choose(axes: A): Choice;
  /** The same, with its pipelines compiled: a first `encode` without it compiles while you wait. */
  prepare(axes: A): Promise<Choice>;
  /**
   * Encodes one call into a compute pass. `scale` is the factor on q or on the scores; each family has its default.
   * Throws TypeError for a buffer that is missing, RangeError for one too small.
   */
  encode(
    pass: GPUComputePassEncoder,
    tensors: Readonly<Record<T, Binding>>,
    axes: A,
    options?: { readonly scale?: number },
  ): void;
  /** Frees scratch and parameters. */
  destroy(): void;
}

/** A device with every feature and limit kernels may use, where the adapter has them. */
export function requestDevice(adapter: GPUAdapter): Promise<GPUDevice>;

/** Gated DeltaNet over whole sequences, carrying a state (fla: chunk_gated_delta_rule). */
export function load(
  device: GPUDevice,
  family: "gdn_prefill",
  options?: LoadOptions<{
    readonly io?: "f32" | "f16";
  }>,
): Promise<
  Kernel<"q" | "k" | "v" | "g" | "beta" | "state" | "o", {
    /** Sequences */
    readonly B: number;
    /** Tokens of each sequence */
    readonly T: number;
    /** Heads */
    readonly H: number;
    /** Channels of a query or key */
    readonly K: number;
    /** Channels of a value */
    readonly V: number;
  }>
>;

/** Multi-head latent attention, absorbed, one token for N sequences over a paged cache. */
export function load(
  device: GPUDevice,
  family: "mla_decode",
  options?: LoadOptions<{
    readonly cacheElem?: "f32" | "f16";
  }>,
): Promise<
  Kernel<"q" | "cache" | "block_table" | "cache_seqlens" | "o" | "lse", {
    /** sequences */
    readonly N: number;
    /** heads that share the cache */
    readonly H: number;
    /** tokens the longest sequence may hold */
    readonly S: number;
    /** pages in the pool; 0 for as many as N * S tokens take */
    readonly P?: number;
  }>
>;
