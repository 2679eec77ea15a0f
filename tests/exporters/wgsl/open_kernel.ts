import type { ExportRequest } from "../../../exporters/exporter.ts";
import { bundleOf } from "../../../exporters/wgsl/bundle.ts";
import { describe } from "../../../exporters/wgsl/runtime/device.js";
import { Kernel } from "../../../exporters/wgsl/runtime/kernel.js";
import { fakeBuffer, fakeDevice, type FakeOptions } from "./fake_device.ts";

/** A family of the request's bundle on a fake device, as `load` makes it. */
export async function openKernel(
  request: ExportRequest,
  options: { storage?: Record<string, string>; variant?: string } = {},
  given: FakeOptions = {},
) {
  const { manifest: { devices, families }, texts } = await bundleOf(request);
  const [name] = Object.keys(families);
  const fake = fakeDevice(given);
  const own = await describe(fake.device, undefined);
  const source = { name, devices, family: families[name], code: Object.fromEntries(texts) };
  const kernel = new Kernel(fake.device, own, source, options);
  /** A buffer for every tensor of a shape. */
  const tensorsFor = (axes: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(kernel.choose(axes).buffers as Record<string, { bytes: number; role: string }>)
        .filter(([, { role }]) => role !== "scratch").map(([name, { bytes }]) => [name, fakeBuffer(bytes)]),
    );
  return { kernel, tensorsFor, family: families[name], devices, ...fake };
}
