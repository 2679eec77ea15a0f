// A call of ggml's gated_delta_net as its WebGPU backend makes it: tensors are ranges of one buffer, the pipeline's layout
// is the shader's own, and parameters fill a slot of 128 bytes behind the last storage binding. Read off
// ggml-webgpu.cpp and ggml-webgpu-shader-lib.hpp of llama.cpp as of pull request 28976.
import type { Axes, Tensor, Tensors } from "../../kernels/core/family.ts";
import { recurrence } from "../../kernels/kda/recurrence.ts";
import { readSpans } from "../../tuner/buffer_io.ts";
import type { OpenDevice } from "../../tuner/open_device.ts";
import { BUFFER_USAGE } from "../../tuner/webgpu_flags.ts";
import { preprocess } from "../exporters/ggml_preprocess.ts";

/** What of a call ggml's graph decides beside the tensors. */
export interface CallOptions {
  /** States to keep, the last first. */
  readonly keep?: number;
  /** Whether they go to a buffer of their own. */
  readonly fused?: boolean;
  /** Elements between the rows of q, k, v and beta that belong to other tensors. */
  readonly gap?: number;
  /** Value heads that share one of q and k, and sequences that do. */
  readonly headsPerQuery?: number;
  readonly sequencesPerQuery?: number;
  /** Macros of a changed host. */
  readonly macros?: Readonly<Record<string, string>>;
  /** Workgroups that share a head; the host of llama.cpp has 1. */
  readonly shares?: number;
  readonly scale?: number;
}

/** Outputs [B, T, H, V], and the states kept, [H, K, V] of each sequence, the last first. */
export interface Answer {
  readonly o: ArrayLike<number>;
  readonly states: readonly ArrayLike<number>[];
}

const SLOT = 128;
const ALIGNED = 256;

/** What the reference says: `inputs` have H heads everywhere, as `shareQueries` makes them. */
export function expectedAnswer(axes: Axes, inputs: Tensors, { keep = 1, scale }: CallOptions): Answer {
  const { o } = recurrence(axes, inputs, { scale });
  const states = Array.from({ length: Math.min(keep, axes.T) }, (_, back) => {
    const T = axes.T - back;
    const cut = Object.fromEntries(
      Object.entries(inputs).map(([name, t]) => [name, name === "initial_state" ? t : firstTokens(t, T)]),
    );
    return recurrence({ ...axes, T }, cut, { scale }).final_state.data;
  });
  return { o: o.data, states };
}

/** Inputs whose heads and sequences share queries and keys as ggml's do: head h takes those of h % (H / heads). */
export function shareQueries(
  { B, T, H, K }: Axes,
  inputs: Tensors,
  { headsPerQuery = 1, sequencesPerQuery = 1 }: CallOptions,
): Tensors {
  const share = (tensor: Tensor): Tensor => {
    const data = new Float32Array(tensor.data.length);
    for (let row = 0; row < B * T * H; row++) {
      const [b, t, h] = [Math.floor(row / (T * H)), Math.floor(row / H) % T, row % H];
      const from = (Math.floor(b / sequencesPerQuery) * T + t) * H + h % (H / headsPerQuery);
      data.set(tensor.data.subarray(from * K, (from + 1) * K), row * K);
    }
    return { shape: tensor.shape, data };
  };
  return { ...inputs, q: share(inputs.q), k: share(inputs.k) };
}

/** Runs the shader; everything it writes holds NaN before. */
export async function callGatedDeltaNet(
  { device, capabilities }: OpenDevice,
  text: string,
  { B, T, H, K: size }: Axes,
  inputs: Tensors,
  options: CallOptions,
): Promise<Answer> {
  const { keep = 1, fused = false, gap = 0, headsPerQuery = 1, sequencesPerQuery = 1, shares = 1 } = options;
  const perChannel = inputs.g.shape.length === 4;
  const stateLength = H * size * size;
  const queryHeads = H / headsPerQuery;
  const queries = (tensor: Tensor) =>
    rows(
      tensor,
      size + gap,
      (row) => {
        const [b, t, h] = [
          Math.floor(row / (T * queryHeads)),
          Math.floor(row / queryHeads) % T,
          row % queryHeads,
        ];
        return (b * sequencesPerQuery * T + t) * H + h;
      },
      B / sequencesPerQuery * T * queryHeads,
      size,
    );
  const whole = (tensor: Tensor, width: number, stride: number) =>
    rows(tensor, stride, (row) => row, B * T * H, width);
  const outputs = B * T * H * size;
  // ggml's gates lie as beta does, a row of channels for each of its elements.
  const betaStride = 1 + gap;
  const tensors: Float32Array[] = [
    queries(inputs.q),
    queries(inputs.k),
    whole(inputs.v, size, size + gap),
    perChannel ? whole(inputs.g, size, size * betaStride) : whole(inputs.g, 1, betaStride),
    whole(inputs.beta, 1, betaStride),
    swapped(inputs.initial_state.data, size),
    new Float32Array(outputs + (fused ? 0 : keep * B * stateLength)).fill(NaN),
  ];
  const cacheStride = B * stateLength + 8 * gap;
  if (fused) tensors.push(new Float32Array(4 * gap + keep * cacheStride).fill(NaN));

  const code = preprocess(text, {
    S_V: `${size}u`,
    WG_SIZE: `${size}u`,
    ...(perChannel && { KDA: "" }),
    ...(fused && { FUSED_CACHE: "" }),
    ...options.macros,
  });
  const offsets: number[] = [];
  let bytes = 0;
  for (const { byteLength } of tensors) {
    offsets.push(bytes);
    bytes += Math.ceil(byteLength / ALIGNED) * ALIGNED;
  }
  const usage = BUFFER_USAGE.STORAGE | BUFFER_USAGE.COPY_SRC | BUFFER_USAGE.COPY_DST;
  const buffer = device.createBuffer({ size: bytes, usage });
  tensors.forEach((data, i) =>
    device.queue.writeBuffer(buffer, offsets[i], data as Float32Array<ArrayBuffer>)
  );
  const words = new Uint32Array([
    ...[H, T, B, outputs],
    ...strides(size + gap, queryHeads, T),
    ...strides(size + gap, H, T),
    ...strides(betaStride, H, T),
    ...[queryHeads, sequencesPerQuery, keep, 0, cacheStride, 4 * gap],
  ]);
  new Float32Array(words.buffer)[16] = options.scale ?? size ** -0.5;
  const slot = device.createBuffer({ size: SLOT, usage: BUFFER_USAGE.UNIFORM | BUFFER_USAGE.COPY_DST });
  device.queue.writeBuffer(slot, 0, words);

  device.pushErrorScope("validation");
  const module = device.createShaderModule({
    // Deno's WebGPU grants subgroups without the directive, and does not know it.
    code: capabilities.engine === "naga" ? code.replace("enable subgroups;", "") : code,
  });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [
      ...tensors.map(({ byteLength }, i) => ({ buffer, offset: offsets[i], size: byteLength })),
      { buffer: slot },
    ].map((resource, binding) => ({ binding, resource })),
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(H * shares, B);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const invalid = await device.popErrorScope();
  if (invalid) throw new Error(`${invalid.message}\n${code}`);
  const read = async (index: number) =>
    new Float32Array(
      await readSpans(device, [{ buffer, offset: offsets[index], size: tensors[index].byteLength }]),
    );
  const dst = await read(6);
  const cache = fused ? await read(7) : dst.subarray(outputs);
  buffer.destroy();
  slot.destroy();
  const [first, stride] = fused ? [4 * gap, cacheStride] : [0, B * stateLength];
  const states = Array.from(
    { length: Math.min(keep, T) },
    (_, back) =>
      swapped(cache.subarray(first + back * stride, first + back * stride + B * stateLength), size),
  );
  return { o: dst.subarray(0, outputs), states };
}

/** Strides in elements from a head to the next, a token to the next, a sequence to the next. */
const strides = (head: number, heads: number, tokens: number) => [head, head * heads, head * heads * tokens];

/** `count` rows of a tensor, `stride` apart, with NaN in between. */
function rows(
  { data }: Tensor,
  stride: number,
  from: (row: number) => number,
  count: number,
  width: number,
): Float32Array {
  const padded = new Float32Array(count * stride).fill(NaN);
  for (let row = 0; row < count; row++) {
    padded.set(data.subarray(from(row) * width, (from(row) + 1) * width), row * stride);
  }
  return padded;
}

function firstTokens({ shape: [B, T, ...rest], data }: Tensor, tokens: number): Tensor {
  const width = rest.reduce((a, b) => a * b, 1);
  const cut = new Float64Array(B * tokens * width);
  for (let b = 0; b < B; b++) {
    cut.set(data.subarray(b * T * width, (b * T + tokens) * width), b * tokens * width);
  }
  return { shape: [B, tokens, ...rest], data: cut };
}

/** Square states with rows and columns exchanged. */
function swapped(states: ArrayLike<number>, size: number): Float32Array {
  const other = new Float32Array(states.length);
  for (let at = 0; at < states.length; at++) {
    const [matrix, row, column] = [
      Math.floor(at / size ** 2) * size ** 2,
      Math.floor(at / size) % size,
      at % size,
    ];
    other[matrix + column * size + row] = states[at];
  }
  return other;
}
