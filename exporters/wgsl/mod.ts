import type { Axes } from "../../kernels/core/family.ts";
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
    const families = Object.keys(bundle.manifest.families);
    const [{ axes }] = request.devices.flatMap(({ profile }) =>
      profile.winners.filter(({ family }) => family === families[0])
    );
    return [readme(words(families, axes), request), ...bundleFiles(bundle)];
  },
};

/** `axes` are sizes of the first family, for an example that runs as it stands. */
const words = (families: readonly string[], axes: Axes) => ({
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
const axes = { ${Object.entries(axes).map(([name, size]) => `${name}: ${size}`).join(", ")} };
const { id, rung, buffers } = await kernel.prepare(axes); // which variant, and the buffers it takes
const tensors = {};
for (const [name, { bytes, role }] of Object.entries(buffers)) { // dtype says f32, f16, u32 or i32
  if (role === "scratch") continue; // the kernel's own
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  tensors[name] = device.createBuffer({ size: bytes, usage });
}
const encoder = device.createCommandEncoder();
const pass = encoder.beginComputePass();
kernel.encode(pass, tensors, axes);
pass.end();
device.queue.submit([encoder.finish()]);
\`\`\``,
    `In Node this stands before it: \`import { create, globals } from "webgpu"; Object.assign(globalThis, globals);
const navigator = { gpu: create([]) };\`.`,
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
