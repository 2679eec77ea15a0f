import type { Exporter, ExportRequest } from "../exporter.ts";
import { readme } from "../readme.ts";
import { bundleOf } from "./bundle.ts";
import { bundleFiles } from "./files.ts";

/** The WGSL bundle: every winner as WGSL, the manifest to dispatch it by, and a module that does so on WebGPU. */
export const wgsl: Exporter = {
  name: "wgsl",
  doc:
    "WGSL of every winner, a manifest of what to bind and dispatch, and a JavaScript module that runs them",
  readBy: 'any WebGPU engine: import { load } from "./index.js" in a browser, Deno or Node',
  severalDevices: true,
  async files(request: ExportRequest) {
    const bundle = await bundleOf(request);
    return [readme(words(Object.keys(bundle.manifest.families)), request), ...bundleFiles(bundle)];
  },
};

const words = (families: readonly string[]) => ({
  title: "Tuned WGSL kernels",
  use: [
    `Kernels for WebGPU: ${
      families.join(", ")
    }. \`index.js\` depends on nothing but WebGPU and runs in browsers, Deno
and Node (npm \`webgpu\`).`,
    `\`\`\`js
import { load, requestDevice } from "./index.js";

const device = await requestDevice(await navigator.gpu.requestAdapter());
const kernel = await load(device, "${families[0]}");
const { id, rung, buffers } = await kernel.prepare(axes); // which variant, its buffers' bytes and types
const pass = encoder.beginComputePass();
kernel.encode(pass, tensors, axes); // tensors: a GPUBuffer for every buffer whose role isn't scratch
pass.end();
\`\`\``,
    `For another language: \`manifest.json\` names every file, its bindings and uniform block, and gives buffer lengths
and workgroup counts as formulas of the axes; \`manifest.schema.json\` is its JSON Schema. The order of a call: \`lets\`,
\`holds\` (all must be true), then for every round of \`loops\` the passes in order.`,
    `A variant is chosen by the device (the same adapter, its architecture, its vendor, else the portable default),
then by the workload bucket nearest to the sizes; \`load(device, family, { variant: id })\` takes that one. q, k and v
in f16 and other storage types: \`{ storage: { io: "f16" } }\`.`,
  ],
  transfers: [
    "The WGSL that was verified and timed, letter by letter but for `enable` lines, and its dispatches.",
    "The time of the device it was tuned on; on another device it is a good guess, and `deno task tune` knows better.",
  ],
  doesNot: [
    "Tensors of more than one binding: call on fewer tokens at a time (a state, or C cached keys, carries on).",
    "`enable subgroups;` is there as the standard has it: take the line and the `diagnostic` below it out for naga (wgpu), " +
    "as the module does.",
    "Matrix variants need an experimental feature, `chromium-experimental-subgroup-matrix`.",
  ],
});
