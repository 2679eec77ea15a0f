import { completeAxes } from "../../../kernels/core/axes.ts";
import type { Axes, Tensor } from "../../../kernels/core/family.ts";
import { storable } from "../../../kernels/core/storable.ts";
import { splitVariant } from "../../../kernels/core/variant_id.ts";
import { familyNamed } from "../../../kernels/mod.ts";
import { safetensorsBytes } from "../../cli/safetensors_bytes.ts";
import { type ConsumerCase, consumerCase } from "./cases.ts";

/** A seeded case of one head whose file holds in f16 what the variant's storage types say, with the answers in f32. */
export async function halfCase(folder: string, id: string, sizes: Axes): Promise<ConsumerCase> {
  const family = familyNamed(splitVariant(id).family);
  const axes = completeAxes(family, { H: 1, ...sizes });
  const inputs = storable(family, family.inputsFor(axes, 1));
  const test = consumerCase(`${folder}/${family.name}.safetensors`, id, axes);
  const halves = Object.entries(family.space.tunables).flatMap(([name, { storageOf }]) =>
    test.storage[name] === "f16" ? storageOf ?? [] : []
  );
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let at = 0;
  const add = (name: string, { shape, data }: Tensor, half: boolean) => {
    const values = half ? new Float16Array(data) : data instanceof Int32Array ? data : new Float32Array(data);
    const dtype = half ? "F16" : data instanceof Int32Array ? "I32" : "F32";
    header[name] = { dtype, shape, data_offsets: [at, at + values.byteLength] };
    parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    at += values.byteLength;
  };
  for (const [name, tensor] of Object.entries(inputs)) add(name, tensor, halves.includes(name));
  for (const [name, tensor] of Object.entries(family.reference(axes, inputs))) add(name, tensor, false);
  const data = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  await Deno.writeFile(test.path, safetensorsBytes(header, data));
  return test;
}
