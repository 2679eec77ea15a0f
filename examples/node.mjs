// A kernel of a bundle under Node with Dawn (npm install webgpu), on a safetensors file that also holds the answers:
//   node examples/node.mjs <bundle folder> kda_prefill case.safetensors B=1,T=63,H=1,K=128,V=128 [io=f32]
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { create, globals } from "webgpu";

const [folder, family, file, sizes, types = ""] = process.argv.slice(2);
if (!sizes) throw new Error("usage: node.mjs <bundle folder> <family> <file> <sizes> [storage types]");
const pairs = (text) => text.split(",").filter(Boolean).map((pair) => pair.split("="));
const axes = Object.fromEntries(pairs(sizes).map(([name, size]) => [name, Number(size)]));
const storage = Object.fromEntries(pairs(types));

Object.assign(globalThis, globals);
// Dawn crashes the process when its GPU object is collected. The features: matrix units, and f16 on NVIDIA's driver.
globalThis.gpu = create(["enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia"]);
const { load, requestDevice } = await import(pathToFileURL(resolve(folder, "index.js")).href);
const adapter = await globalThis.gpu.requestAdapter({ powerPreference: "high-performance" });
if (!adapter) throw new Error("no WebGPU adapter answers");
const device = await requestDevice(adapter);
device.addEventListener("uncapturederror", ({ error }) => console.error(error.message));
const kernel = await load(device, family, { storage });
const { id, rung, buffers } = await kernel.prepare(axes);

// A safetensors file: the header's length, the header as JSON, then the tensors' bytes, as buffers hold them.
const bytes = await readFile(file);
const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
const header = JSON.parse(bytes.toString("utf8", 8, headerEnd));
const tensor = (name) =>
  header[name] && new Uint8Array(bytes).slice(...header[name].data_offsets.map((at) => headerEnd + at));

const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
const tensors = {};
for (const [name, { bytes: size, role }] of Object.entries(buffers)) {
  if (role === "scratch") continue; // the bundle's own
  tensors[name] = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  // A state is read and written in place; outputs begin as NaN, so that what nobody writes shows.
  const given = role === "output" ? undefined : tensor(name === "state" ? "initial_state" : name);
  if (given && given.length > size) {
    throw new RangeError(
      `${name} has ${given.length} bytes, ${id} takes ${size}: other sizes or storage types?`,
    );
  }
  const empty = new Uint8Array(size).fill(role === "output" ? 0xff : 0);
  device.queue.writeBuffer(tensors[name], 0, given ?? empty);
}

const encoder = device.createCommandEncoder();
const pass = encoder.beginComputePass();
const scale = header.__metadata__?.scale;
kernel.encode(pass, tensors, axes, { scale: scale && Number(scale) });
pass.end();

const outputs = Object.keys(tensors).filter((name) => buffers[name].role !== "input");
const copies = outputs.map((name) => {
  const copy = device.createBuffer({ size: tensors[name].size, usage: COPY_DST | MAP_READ });
  encoder.copyBufferToBuffer(tensors[name], 0, copy, 0, copy.size);
  return copy;
});
device.queue.submit([encoder.finish()]);

// Float16Array needs Node 24.
const floats = (content, dtype) =>
  dtype.toLowerCase() === "f16" ? new Float16Array(content) : new Float32Array(content);
const errors = {};
for (const [i, name] of outputs.entries()) {
  const answer = name === "state" ? "final_state" : name;
  const expected = tensor(answer);
  if (!expected) continue;
  await copies[i].mapAsync(GPUMapMode.READ);
  const got = floats(copies[i].getMappedRange(), buffers[name].dtype);
  // RMS of the difference over RMS of the answer.
  let difference = 0, size = 0;
  floats(expected.buffer, header[answer].dtype).forEach((value, at) => {
    difference += (got[at] - value) ** 2;
    size += value ** 2;
  });
  errors[name] = Math.sqrt(difference / size);
}
console.log(JSON.stringify({ runtime: `node ${process.versions.node}`, id, rung, errors }));
process.exit();
