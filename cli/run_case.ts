import { checkAxis } from "../kernels/core/axes.ts";
import type { AnyFamily, Axes, Scalars, Tensor, Tensors } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";
import { swapLastAxes } from "../kernels/core/swap_axes.ts";
import { checkFinite } from "../kernels/core/tensor_checks.ts";
import { openSafetensors, readTensors, type SafetensorsFile } from "./read_safetensors.ts";
import { UserError } from "./user_error.ts";

/** A caller's tensors, checked and brought to the family's layout. */
export interface RunCase {
  readonly axes: Axes;
  readonly inputs: Tensors;
  readonly scalars: Scalars;
  /** Outputs the file already holds, to compare with, in the family's layout. */
  readonly expected: Tensors;
  /** Whether the file has a T axis of 1 that a one-token family lacks; outputs get it back. */
  readonly tokenAxis: boolean;
  /** Tensors of the file that mean nothing to the family. */
  readonly ignored: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** How the file stores the tensors, by tunable. */
  readonly storage: Config;
}

/** Tensors that change what the inputs mean: leaving them out would give a wrong answer without a word. */
const MEANINGFUL: Readonly<Record<string, string>> = {
  cu_seqlens: "sequences of different lengths packed into one row",
  g_raw: "gates before A_log and dt_bias are applied",
  beta_raw: "beta before its sigmoid",
};

/** Reads a case from a safetensors file. Throws UserError, TypeError or RangeError naming the tensor that is wrong. */
export async function loadCase(family: AnyFamily, path: string): Promise<RunCase> {
  const file = await openSafetensors(path);
  const names = Object.keys(file.entries);
  for (const name of names) {
    if (name in MEANINGFUL && !(name in family.inputs)) {
      throw new UserError(
        `Cannot run ${family.name} on ${path}: it holds ${name} (${
          MEANINGFUL[name]
        }), which ${family.name} does not take`,
      );
    }
  }
  checkDtypes(family, file);
  const outputs = names.filter((name) => name in family.outputs);
  const storage = storageIn(family, file);
  const read = await readTensors(file, [...names.filter((name) => name in family.inputs), ...outputs]);
  const tensors = mapSwapped(family, storage, read);
  const { inputs, tokenAxis } = toFamilyLayout(family, tensors);
  const axes = family.axesOf(inputs);
  for (const [name, size] of Object.entries(axes)) checkAxis(family, name, size);
  checkFinite(inputs);
  family.checkInputs(axes, inputs);
  return {
    axes,
    inputs,
    scalars: { scale: scaleOf(file) },
    expected: Object.fromEntries(outputs.map((name) => [name, tensors[name]])),
    tokenAxis,
    ignored: names.filter((name) => !(name in family.inputs) && !(name in family.outputs)),
    metadata: file.metadata,
    storage,
  };
}

/**
 * Tensors stored as F16 run as f16; any other type as the family's initial one, so that nothing is rounded unasked.
 * Metadata of a storage tunable's name goes before, as `stateLayout: VK`, which no shape tells where K is V.
 */
function storageIn(family: AnyFamily, file: SafetensorsFile): Config {
  const named = Object.entries(family.space.tunables).filter(([name, t]) =>
    t.storageOf && name in file.metadata
  );
  for (const [name, { values }] of named) {
    if (values.includes(file.metadata[name])) continue;
    throw new UserError(
      `Cannot use the metadata ${name} "${file.metadata[name]}" of ${file.path}: it takes ${
        values.join(", ")
      }`,
    );
  }
  const halves = Object.entries(family.space.tunables).filter(([, t]) =>
    t.values.includes("f16") && t.storageOf?.every((name) => file.entries[name]?.dtype === "F16")
  );
  return {
    ...Object.fromEntries(halves.map(([name]) => [name, "f16"])),
    ...Object.fromEntries(named.map(([name]) => [name, file.metadata[name]])),
  };
}

/** Tensors with their last two axes exchanged where the caller's storage has them the other way round. */
function mapSwapped<T extends Tensors>(family: AnyFamily, storage: Config, tensors: T): T {
  const isSwapped = (name: string) => {
    const by = (family.inputs[name] ?? family.outputs[name]).swappedBy;
    return by && Object.entries(by).every(([tunable, value]) => storage[tunable] === value);
  };
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, isSwapped(name) ? swapLastAxes(tensor) : tensor]),
  ) as T;
}

/** Shapes flat outputs as the family declares them, in the caller's layout: a T axis of 1, swapped axes. */
export function shapeOutputs(family: AnyFamily, test: RunCase, flat: Tensors): Record<string, Tensor> {
  const shaped = Object.fromEntries(
    Object.entries(family.outputs).map(([name, spec]) => {
      const shape = spec.shape.map((axis) => typeof axis === "number" ? axis : test.axes[axis]);
      const perToken = !/state/.test(name);
      return [name, {
        shape: test.tokenAxis && perToken ? [shape[0], 1, ...shape.slice(1)] : shape,
        data: flat[name].data,
      }];
    }),
  );
  return mapSwapped(family, test.storage, shaped);
}

function checkDtypes(family: AnyFamily, file: SafetensorsFile): void {
  for (const [name, spec] of Object.entries(family.inputs)) {
    const entry = file.entries[name];
    if (!entry) {
      if (spec.optional) continue;
      throw new UserError(
        `Missing tensor "${name}" of ${family.name} in ${file.path}: it takes ${name} [${
          spec.shape.join(", ")
        }], ` +
          `and the file holds ${Object.keys(file.entries).join(", ") || "no tensor"}`,
      );
    }
    const accepted = spec.dtype === "i32" ? ["I32", "I64"] : ["F32", "F16", "BF16", "F64"];
    if (!accepted.includes(entry.dtype)) {
      throw new UserError(
        `Tensor ${name} of ${file.path} is ${entry.dtype}, and ${family.name} takes ${accepted.join(", ")}`,
      );
    }
  }
}

/** One-token families take [N, H, K]; files written with a T axis of 1, [N, 1, H, K], mean the same. */
function toFamilyLayout(family: AnyFamily, tensors: Tensors): { inputs: Tensors; tokenAxis: boolean } {
  const inputs: Record<string, Tensor> = {};
  let tokenAxis = false;
  for (const [name, spec] of Object.entries(family.inputs)) {
    const tensor = tensors[name];
    if (!tensor) continue;
    const oneToken = !("T" in family.axes) && tensor.shape.length === spec.shape.length + 1 &&
      tensor.shape[1] === 1;
    tokenAxis ||= oneToken;
    inputs[name] = oneToken ? { ...tensor, shape: tensor.shape.toSpliced(1, 1) } : tensor;
  }
  return { inputs, tokenAxis };
}

function scaleOf(file: SafetensorsFile): number | undefined {
  const text = file.metadata.scale;
  if (text === undefined) return undefined;
  const scale = Number(text);
  if (text.trim() === "" || !Number.isFinite(scale)) {
    throw new UserError(
      `Cannot use the metadata scale "${text}" of ${file.path}: it must be a finite number`,
    );
  }
  return scale;
}
