import type { Tensor } from "../../kernels/core/family.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { writeSafetensors } from "../../cli/write_safetensors.ts";

/** Writes a small seeded case of a family, with its reference outputs, after `change` has spoiled it. */
export async function writeCase(
  path: string,
  name: string,
  axes: Record<string, number>,
  change: (tensors: Record<string, Tensor>, metadata: Record<string, string>) => void = () => {},
): Promise<void> {
  const family = familyNamed(name);
  const inputs = family.inputsFor(axes, 1);
  const tensors: Record<string, Tensor> = { ...inputs, ...family.reference(axes, inputs) };
  const metadata: Record<string, string> = {};
  change(tensors, metadata);
  await writeSafetensors(path, tensors, metadata);
}
