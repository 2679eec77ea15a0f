// Thread that makes inputs and computes float64 references of single heads.
import type { Axes, Scalars, Tensor, Tensors } from "../kernels/core/family.ts";
import { oneHead } from "../kernels/core/one_head.ts";
import { storable } from "../kernels/core/storable.ts";
import { familyNamed } from "../kernels/mod.ts";

/** Inputs of a regime; they come back in memory that all threads share. */
export interface InputsTask {
  readonly kind: "inputs";
  readonly family: string;
  readonly axes: Axes;
  readonly seed: number;
  readonly regime: string;
}

/** The reference of one head. */
export interface HeadTask {
  readonly kind: "head";
  readonly family: string;
  readonly axes: Axes;
  readonly scalars?: Scalars;
  readonly inputs: Tensors;
  readonly head: number;
}

self.onmessage = ({ data: task }: MessageEvent<InputsTask | HeadTask>) => {
  try {
    const value = task.kind === "inputs" ? sharedInputs(task) : reference(task);
    const transfer = task.kind === "inputs"
      ? []
      : Object.values(value).map(({ data }) => data.buffer as ArrayBuffer);
    self.postMessage({ value }, { transfer });
  } catch (error) {
    const { name, message } = error as Error;
    self.postMessage({ name, message });
  }
};

function sharedInputs({ family: name, axes, seed, regime }: InputsTask): Tensors {
  const family = familyNamed(name);
  const inputs = storable(family, family.inputsFor(axes, seed, regime));
  return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, shared(tensor)]));
}

function shared({ shape, data }: Tensor): Tensor {
  const buffer = new SharedArrayBuffer(data.byteLength);
  const copy = data instanceof Float64Array
    ? new Float64Array(buffer)
    : data instanceof Int32Array
    ? new Int32Array(buffer)
    : new Float32Array(buffer);
  copy.set(data);
  return { shape, data: copy };
}

function reference({ family: name, axes, scalars, inputs, head }: HeadTask): Tensors {
  const family = familyNamed(name);
  const alone = oneHead(family, axes, inputs, head);
  return family.reference(alone.axes, alone.inputs, scalars);
}
